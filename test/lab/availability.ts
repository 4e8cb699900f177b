import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { runCommand } from './run-command.ts';

export type LabAvailability = { available: true } | { available: false; reason: string };

/** Tried in a throw-away namespace each; `$1` is an empty folder of the cache. The sentence names what is missing. */
const probes: readonly { missing: string; namespaces: readonly string[]; script: string }[] = [
  { missing: 'this system does not allow mount namespaces', namespaces: ['--mount'], script: 'true' },
  { missing: 'this system does not allow pid namespaces', namespaces: ['--pid', '--fork'], script: 'true' },
  {
    missing: 'the kernel has no overlayfs (or the cache folder is on a file system that cannot carry one)',
    namespaces: ['--mount'],
    script:
      'cd "$1" && mkdir lower upper work root && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root && touch root/file',
  },
  {
    missing: 'the kernel has no bridge or veth network devices',
    namespaces: ['--net'],
    script: 'ip link add lab0 type bridge && ip link add one type veth peer name two && ip link set one master lab0',
  },
];

/** Whether labs can run here, else the reason in a sentence, for "skipped: ..." and for the practice mode. */
export async function labAvailability(): Promise<LabAvailability> {
  const no = (reason: string): LabAvailability => ({ available: false, reason });
  if (process.platform !== 'linux') return no('the lab needs Linux');
  if (process.getuid?.() !== 0) return no('the lab needs root (it makes namespaces and mounts)');
  for (const program of ['debootstrap', 'unshare', 'nsenter', 'ip', 'flock', 'setpriv', 'ssh-keygen']) {
    const { exitCode } = await runCommand(['sh', '-c', 'command -v "$1"', 'sh', program]);
    if (exitCode !== 0) return no(`the program ${program} is missing`);
  }
  for (const { missing, namespaces, script } of probes) {
    const folder = mkdtempSync(join(cacheFolder(), 'probe-'));
    const { exitCode } = await runCommand(['unshare', ...namespaces, 'sh', '-ec', script, 'sh', folder]);
    rmSync(folder, { recursive: true, force: true });
    if (exitCode !== 0) return no(missing);
  }
  return { available: true };
}
