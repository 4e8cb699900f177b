import { expect, test } from 'vitest';
import { readVmSettings } from '../../../../electron/engine/install/rehearsal.ts';

const settings = (features: string, builders: string): string =>
  `sandbox = true\nsystem = x86_64-linux\nbuilders = ${builders}\nsystem-features = ${features}\n`;
const without = { kvm: false, file: () => Promise.resolve('') };

test('a computer without /dev/kvm says what lacks, and one whose nix or device has it can run a virtual machine', async () => {
  const bare = await readVmSettings(settings('benchmark nixos-test', ''), without);
  expect(bare).toMatchObject({ own: 'x86_64-linux', hasKvm: false, builders: [] });
  expect(bare.evidence).toBe('/dev/kvm is not there\nsystem-features = benchmark nixos-test\nno builders');
  expect((await readVmSettings(settings('benchmark kvm', ''), without)).hasKvm).toBe(true);
  expect((await readVmSettings(settings('benchmark', ''), { ...without, kvm: true })).hasKvm).toBe(true);
  const elsewhere = await readVmSettings(settings('benchmark', ''), { ...without, kvm: null });
  expect(elsewhere).toMatchObject({ hasKvm: false, evidence: 'system-features = benchmark\nno builders' });
});

test('builders are read from the setting, or from the file that it names', async () => {
  const line = 'ssh-ng://forge x86_64-linux - 4 1 kvm,nixos-test';
  expect((await readVmSettings(settings('', `${line} ; ssh://other`), without)).builders).toHaveLength(2);
  const file = (path: string): Promise<string> =>
    Promise.resolve(path === '/etc/nix/machines' ? `# ours\n${line}\n\n` : '');
  expect((await readVmSettings(settings('', '@/etc/nix/machines'), { kvm: false, file })).builders).toEqual([line]);
});
