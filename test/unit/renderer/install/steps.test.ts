import { expect, test } from 'vitest';
import { installDraft } from '../../../../shared/contract/install.ts';
import { askingContainers, keysFor, withPasswordFile } from '../../../../renderer/install/encryption-keys.ts';
import { hasBegun, stepAfter, whyNotYet } from '../../../../renderer/install/steps.ts';

const draft = installDraft.parse({
  id: '0123456789abcdef',
  version: 1,
  fleetId: '0123456789abcdef',
  kind: 'new',
  step: 'find',
  request: {},
  report: null,
  jobs: { check: null, rehearsal: null, install: null },
  createdAt: 0,
  updatedAt: 0,
});
const progress = { draft, verdictRefusal: null, isChecked: false, areKeysKnown: true };

test('nothing but the first step can be entered before the machine was looked at', () => {
  expect(whyNotYet('find', progress)).toBeNull();
  for (const step of ['probe', 'host', 'disks', 'review', 'gate', 'install'] as const) {
    expect(whyNotYet(step, progress)).toMatch(/not looked at/);
  }
});

test('a reinstall does not ask for a name, and taking over ends with its review', () => {
  expect(stepAfter('reinstall', 'probe')).toBe('disks');
  expect(stepAfter('adopt', 'review')).toBeNull();
});

const luks = (options: Record<string, string>) => ({
  disk: {
    main: {
      type: 'disk',
      device: '/dev/vda',
      content: {
        type: 'gpt',
        partitions: { root: { size: '100%', content: { type: 'luks', name: 'crypted', ...options } } },
      },
    },
  },
});

test('a container with a password file wants a key, which is asked for unless a file was chosen for it', () => {
  const layout = luks({ passwordFile: '/tmp/secret.key' });
  expect(askingContainers(layout)).toEqual([]);
  expect(keysFor(layout, [])).toEqual([{ remotePath: '/tmp/secret.key', from: { kind: 'ask' } }]);
  const chosen = [{ remotePath: '/tmp/secret.key', from: { kind: 'file' as const, path: '/home/sam/key' } }];
  expect(keysFor(layout, chosen)).toEqual(chosen);
});

test('a container for which disko would ask is named', () => {
  expect(askingContainers(luks({}))).toEqual(['crypted']);
});

test('a recipe gets a file for the passphrase that disko would ask for; what has a key stays as it is', () => {
  const given = withPasswordFile(luks({}));
  expect(askingContainers(given)).toEqual([]);
  expect(keysFor(given, [])).toEqual([{ remotePath: '/tmp/secret.key', from: { kind: 'ask' } }]);
  const own = luks({ passwordFile: '/tmp/own.key' });
  expect(withPasswordFile(own)).toBe(own);
});

test('the first boot of an install that failed before has not begun', () => {
  const failed = [
    { stage: 'disko', state: 'failed' },
    { stage: 'boot', state: 'skipped' },
  ] as const;
  expect(hasBegun(failed, 'disko')).toBe(true);
  expect(hasBegun(failed, 'boot')).toBe(false);
  expect(hasBegun([{ stage: 'boot', state: 'waiting' }], 'boot')).toBe(false);
  expect(hasBegun([{ stage: 'boot', state: 'cancelled' }], 'boot')).toBe(false);
  expect(hasBegun([{ stage: 'boot', state: 'running' }], 'boot')).toBe(true);
});
