import { describe, expect, test } from 'vitest';
import { parseTargetAnswer } from '../../../../electron/engine/deploy/changes/ask-target.ts';
import {
  bytesOnlyIn,
  compareVersions,
  packageChanges,
  packageOf,
} from '../../../../electron/engine/deploy/changes/package-changes.ts';
import { risksOf } from '../../../../electron/engine/deploy/changes/risks.ts';

let count = 0;
/** A path of its own, however often the name is used. */
const sized = (name: string, bytes = 100) => {
  count += 1;
  return { path: `/nix/store/${String(count).padStart(32, '0')}-${name}`, bytes };
};

describe('the packages of a closure', () => {
  test.each([
    ['openssl-3.0.14-bin', 'openssl', '3.0.14'],
    ['openssl-3.0.14', 'openssl', '3.0.14'],
    ['unit-sshd.service', 'unit-sshd.service', ''],
    ['linux-6.12.63-modules', 'linux', '6.12.63'],
    ['nixos-system-nas-25.11.20260101.abcdef0', 'nixos-system-nas', '25.11.20260101.abcdef0'],
    ['python3.12-requests-2.32.3', 'python3.12-requests', '2.32.3'],
  ])('%s is %s in version “%s”', (name, expected, version) => {
    expect(packageOf(sized(name).path)).toEqual({ name: expected, version });
  });

  test('are compared by name, and what both have is no change', () => {
    const same = sized('bash-5.2', 1000);
    const before = [same, sized('openssl-3.0.13', 500), sized('nginx-1.26'), sized('old-1'), sized('etc', 10)];
    const after = [same, sized('openssl-3.0.14', 700), sized('nginx-1.24'), sized('new-2', 50), sized('etc', 12)];
    expect(packageChanges(before, after)).toEqual([
      { name: 'openssl', kind: 'upgraded', before: ['3.0.13'], after: ['3.0.14'], bytes: 200 },
      { name: 'nginx', kind: 'downgraded', before: ['1.26'], after: ['1.24'], bytes: 0 },
      { name: 'new', kind: 'added', before: [], after: ['2'], bytes: 50 },
      { name: 'old', kind: 'removed', before: ['1'], after: [], bytes: -100 },
      { name: 'etc', kind: 'rebuilt', before: [''], after: [''], bytes: 2 },
    ]);
    expect([bytesOnlyIn(after, before), bytesOnlyIn(before, after)]).toEqual([862, 710]);
  });

  test('of which one is there in two versions name both', () => {
    const kept = sized('python3-3.11.9');
    const [change] = packageChanges([kept], [kept, sized('python3-3.12.4')]);
    expect(change).toMatchObject({ kind: 'upgraded', before: ['3.11.9'], after: ['3.11.9', '3.12.4'] });
  });

  test.each([
    ['1.9', '1.10', -1],
    ['2.0', '2.0', 0],
    ['2.0pre1', '2.0', -1],
    ['2.0', '2.0a', -1],
    ['3', '2.9.9', 1],
  ])('%s against %s', (a, b, order) => expect(Math.sign(compareVersions(a, b))).toBe(order));
});

test('what is dangerous to change is told with what shows it', () => {
  const paths = ['firewall-start', 'etc-fstab', 'users-groups.json', 'nginx-1.26'].map((name) => sized(name).path);
  expect(risksOf(['sshd.service', 'nginx.service', 'systemd-networkd.service'], paths)).toEqual([
    { area: 'ssh', because: ['sshd.service'] },
    { area: 'network', because: ['systemd-networkd.service'] },
    { area: 'firewall', because: ['firewall-start'] },
    { area: 'file-systems', because: ['etc-fstab'] },
    { area: 'users', because: ['users-groups.json'] },
  ]);
  expect(risksOf(['nginx.service'], [])).toEqual([]);
});

test('a host’s answer is read, and half of one is none', () => {
  const path = sized('bash-5.2').path;
  const text = [
    'Welcome!',
    `path\t${path} \t   1234`,
    'booted\tkernel\t/nix/store/k/bzImage',
    'boot\t/nix/store/k/bzImage',
    'revision\t',
    'space\t/nix/store\toverlay  1000 400 600 40% /',
    'end\tyes',
  ].join('\n');
  const answer = parseTargetAnswer(text);
  expect(answer?.closure).toEqual([{ path, bytes: 1234 }]);
  expect(answer?.revision).toBeNull();
  expect(answer?.space).toMatchObject([{ path: '/nix/store', mountpoint: '/', availableBytes: 600 * 1024 }]);
  expect(answer?.booted.get('kernel')).toBe('/nix/store/k/bzImage');
  expect(parseTargetAnswer(text.replace('end\tyes', ''))).toBeNull();
});
