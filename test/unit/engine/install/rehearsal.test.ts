import { expect, test } from 'vitest';
import { readVmSettings } from '../../../../electron/engine/install/rehearsal.ts';

const settings = (features: string, builders: string): string =>
  `sandbox = true\nbuilders = ${builders}\nsystem-features = ${features}\n`;
const without = { kvm: false, file: () => '' };

test('a computer without /dev/kvm says what lacks, and one whose nix or device has it can run a virtual machine', () => {
  const bare = readVmSettings(settings('benchmark nixos-test', ''), without);
  expect(bare).toMatchObject({ hasKvm: false, builders: [] });
  expect(bare.evidence).toBe('/dev/kvm is not there\nsystem-features = benchmark nixos-test\nno builders');
  expect(readVmSettings(settings('benchmark kvm', ''), without).hasKvm).toBe(true);
  expect(readVmSettings(settings('benchmark', ''), { ...without, kvm: true }).hasKvm).toBe(true);
});

test('builders are read from the setting, or from the file that it names', () => {
  const line = 'ssh-ng://forge x86_64-linux - 4 1 kvm,nixos-test';
  expect(readVmSettings(settings('', `${line} ; ssh://other`), without).builders).toHaveLength(2);
  const file = (path: string): string => (path === '/etc/nix/machines' ? `# ours\n${line}\n\n` : '');
  expect(readVmSettings(settings('', '@/etc/nix/machines'), { kvm: false, file }).builders).toEqual([line]);
});
