import { findDiskPlace } from './disk-place.ts';
import { runCommand } from './run-command.ts';

export type LabAvailability = { available: true } | { available: false; reason: string };

/** Tried in a throw-away namespace each. The sentence says what is missing where it fails. */
const probes: readonly { missing: string; namespaces: readonly string[]; script: string }[] = [
  {
    missing: 'this system does not allow mount namespaces',
    namespaces: ['--mount'],
    script: 'mount -t tmpfs lab /mnt',
  },
  {
    missing: 'this system does not allow pid namespaces with a /proc of their own',
    namespaces: ['--pid', '--fork', '--mount'],
    script: 'mount -t proc proc /proc',
  },
  {
    missing: 'the kernel has no bridge or veth network devices',
    namespaces: ['--net'],
    script: 'ip link add lab0 type bridge && ip link add one type veth peer name two && ip link set one master lab0',
  },
];

const programs = ['debootstrap', 'unshare', 'nsenter', 'ip', 'tc', 'flock', 'setpriv', 'ssh-keygen'];

/** Whether labs can run here, else the reason in a sentence, for "skipped: ..." and for the practice mode. */
export async function labAvailability(): Promise<LabAvailability> {
  const no = (reason: string): LabAvailability => ({ available: false, reason });
  if (process.platform !== 'linux') return no('the lab needs Linux');
  if (process.getuid?.() !== 0) return no('the lab needs root (it makes namespaces and mounts)');
  for (const program of programs) {
    const { exitCode } = await runCommand(['sh', '-c', 'command -v "$1"', 'sh', program]);
    if (exitCode !== 0) return no(`the program ${program} is missing`);
  }
  for (const { missing, namespaces, script } of probes) {
    const { exitCode } = await runCommand(['unshare', ...namespaces, 'sh', '-ec', script]);
    if (exitCode !== 0) return no(missing);
  }
  if ((await findDiskPlace()) === null) return no('this kernel has no overlayfs');
  return { available: true };
}
