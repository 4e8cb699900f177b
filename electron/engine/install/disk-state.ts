import type { MachineReport } from '../../../shared/contract/machine.ts';
import { installDisks } from '../../../shared/install/install-disks.ts';
import type { InstallState } from './spec.ts';

/** What is known when an install has ended early. */
export interface LeftBehind {
  readonly host: string;
  readonly state: InstallState;
  /** What the machine said after the failure; null: it could not be asked, or was restarted since. */
  readonly report: Pick<MachineReport, 'os' | 'disks' | 'installRoot' | 'mounts'> | null;
}

/** What state an install left disks and machine in, in sentences: what the machine says, not what an exit code suggests. */
export function describeLeft({ host, state, report }: LeftBehind): string[] {
  if (!state.mayHaveErased) {
    return report?.os.isInstaller === true && state.byKexec
      ? [
          `Nothing on the disks of ${host} was changed. It runs the installer from memory; a restart brings back what ran before.`,
        ]
      : [`Nothing on the disks of ${host} was changed.`];
  }
  const words = [erasedSentence(state)];
  if (report === null) {
    const unknown = state.done.includes('reboot')
      ? 'It was restarted into its new system, and has not been seen with its new host key.'
      : `${host} could not be asked what it is in now.`;
    return [...words, unknown, nextSentence(state, null)];
  }
  if (!report.os.isInstaller) words.push(`It runs ${report.os.name || 'another system'} now.`);
  else if (report.installRoot === null) words.push('Nothing is mounted at /mnt.');
  else words.push('The new file systems are mounted at /mnt.');
  const layout = state.disks.map(({ name, device, isErased }) => ({ name, device, isErased }));
  for (const { path, contents, isErased } of installDisks(layout, report)) {
    if (!isErased || path === null) continue;
    words.push(contents.length === 0 ? `${path} holds no file system.` : `${path} holds: ${contents.join('; ')}.`);
  }
  const installed = report.installRoot?.system ?? null;
  if (installed !== null) words.push(`The system ${installed} is installed there.`);
  return [...words, nextSentence(state, report)];
}

function erasedSentence({ disks, done }: InstallState): string {
  const erased = disks.filter(({ isErased }) => isErased).map(({ path, identity }) => `${path} (${identity})`);
  const names = erased.length === 0 ? 'The disks' : erased.join(', ');
  return done.includes('disko')
    ? `What was on ${names} is erased; the new file systems are on it.`
    : `Erasing ${names} had begun: what was there must be taken for lost.`;
}

function nextSentence({ done }: InstallState, report: LeftBehind['report']): string {
  if (done.includes('reboot')) return 'Going on waits for its first boot; nothing is erased again.';
  if (!done.includes('disko')) return 'Going on formats the disks again from the beginning.';
  if (report !== null && report.installRoot === null)
    return 'Going on mounts the file systems again and erases nothing.';
  return 'Going on begins with what is missing, and erases nothing again.';
}
