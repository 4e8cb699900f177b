/** NixOS's word for a machine, from what `uname` says; null: NixOS does not run on it. */
export function systemOfArchitecture(kernel: string, machine: string): string | null {
  if (kernel !== 'Linux') return null;
  const names: Readonly<Record<string, string>> = {
    x86_64: 'x86_64-linux',
    amd64: 'x86_64-linux',
    aarch64: 'aarch64-linux',
    arm64: 'aarch64-linux',
    riscv64: 'riscv64-linux',
    armv7l: 'armv7l-linux',
    armv6l: 'armv6l-linux',
    i686: 'i686-linux',
  };
  return names[machine] ?? null;
}
