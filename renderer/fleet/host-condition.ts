import type { Host, HostStatus, PendingBoot } from '../../shared/contract/host.ts';
import { formatCount } from '../ui/format.ts';
import type { Tone } from '../ui/tone.ts';

export type ConditionIcon =
  | 'ok'
  | 'problem'
  | 'no-address'
  | 'unknown'
  | 'offline'
  | 'denied'
  | 'key-changed'
  | 'new-key'
  | 'no-nix'
  | 'reboot'
  | 'boot-change'
  | 'no-keys'
  | 'outdated'
  | 'warning';

/** How a host stands, in one word for the table and one sentence for who wants to know more. */
export interface HostCondition {
  tone: Tone;
  icon: ConditionIcon;
  word: string;
  sentence: string;
  /** For sorting: what needs a person comes first. */
  rank: number;
}

function condition(rank: number, tone: Tone, icon: ConditionIcon, word: string, sentence: string): HostCondition {
  return { rank, tone, icon, word, sentence };
}

/** The most urgent thing about a host. `status` undefined: it was not asked yet. */
export function hostCondition(host: Host, status: HostStatus | undefined): HostCondition {
  if (host.problem !== null) return condition(0, 'bad', 'problem', 'cannot be used', host.problem.title);
  if (host.target === null && host.isThisComputer !== true) {
    return condition(9, 'off', 'no-address', 'no address', 'The fleet gives no address to reach this host over SSH.');
  }
  // Nobody has confirmed the key yet: nothing is wrong, and nothing could be asked.
  if (status?.problem?.code === 'ssh-host-key-unknown') {
    return condition(
      6,
      'off',
      'new-key',
      'key not trusted yet',
      'Its host key is new here; the first deploy asks about it.',
    );
  }
  switch (status?.reachability) {
    case undefined:
      return condition(8, 'off', 'unknown', 'not checked yet', 'This host was not asked for its state yet.');
    case 'unknown':
      if (status.problem !== null) return condition(5, 'warn', 'warning', 'no answer', status.problem.title);
      return condition(8, 'off', 'unknown', 'not checked yet', 'This host was not asked for its state yet.');
    case 'checking':
      return condition(8, 'off', 'unknown', 'checking', 'Waiting for this host’s answer.');
    case 'offline':
      return condition(5, 'off', 'offline', 'offline', status.problem?.title ?? 'It does not answer over SSH.');
    case 'denied':
      return condition(2, 'warn', 'denied', 'login refused', status.problem?.title ?? 'It refuses this login.');
    case 'key-changed':
      return condition(
        1,
        'bad',
        'key-changed',
        'host key changed',
        status.problem?.title ?? 'It shows another host key than the one that was trusted.',
      );
    case 'no-nix':
      return condition(2, 'warn', 'no-nix', 'no Nix', status.problem?.title ?? 'There is no Nix on it.');
    case 'online':
      return onlineCondition(status);
  }
}

/** A word and a sentence for a system that the boot loader tries once. */
const pendingBootWords: Readonly<Record<PendingBoot, readonly [string, string]>> = {
  waiting: [
    'tried at next boot',
    'Its next boot tries another system once. It is kept when it is up with it and its health checks pass.',
  ],
  up: [
    'on trial',
    'It runs its new system on trial: another restart goes back, until its health checks pass and Nixstead keeps it.',
  ],
  'went-back': ['went back', 'It did not come up with its new system, and booted the one from before.'],
};

function onlineCondition(status: HostStatus): HostCondition {
  const { failedUnits, lastDeploy } = status;
  if (failedUnits.length > 0) {
    const word = `${formatCount(failedUnits.length, 'unit')} failed`;
    return condition(3, 'bad', 'warning', word, `Failed now: ${failedUnits.join(', ')}.`);
  }
  if (status.areKeysGone) {
    return condition(
      3,
      'warn',
      'no-keys',
      'keys are gone',
      'It was restarted, which took its keys under /run away. They were not uploaded again yet.',
    );
  }
  if (lastDeploy?.state === 'failed') {
    return condition(3, 'warn', 'warning', 'last deploy failed', 'It runs, but the last deploy to it did not succeed.');
  }
  if (status.pendingBoot !== undefined)
    return condition(4, 'warn', 'boot-change', ...pendingBootWords[status.pendingBoot]);
  if (status.needsReboot === true) {
    return condition(
      4,
      'warn',
      'reboot',
      'reboot due',
      'Its kernel, initrd or kernel modules change at the next boot.',
    );
  }
  if (status.profileSystem !== null && status.currentSystem !== null && status.profileSystem !== status.currentSystem) {
    return condition(
      4,
      'warn',
      'boot-change',
      'changes at boot',
      'It will start another system at its next boot than the one that runs now.',
    );
  }
  if (status.wantedSystem !== null && status.currentSystem !== null && status.wantedSystem !== status.currentSystem) {
    return condition(6, 'run', 'outdated', 'outdated', 'It runs another system than the fleet would give it now.');
  }
  return condition(7, 'ok', 'ok', 'online', 'It answers, and no unit has failed.');
}

/** `25.11` of `25.11.20260101.abcdef0`. */
export function releaseOf(nixosVersion: string | null | undefined): string | null {
  return nixosVersion?.match(/^\d+\.\d+/)?.[0] ?? nixosVersion ?? null;
}

/** Where a host is, for a person; empty: the fleet gives no address. */
export function placeText({ target, isThisComputer }: Pick<Host, 'target' | 'isThisComputer'>): string {
  return isThisComputer === true ? 'this computer' : targetText(target);
}

/** `root@10.0.20.1:2222`, with only the parts that the fleet declares. */
export function targetText(target: Host['target']): string {
  if (target === null) return '';
  const { host, user, port } = target;
  const address = port !== null && host.includes(':') ? `[${host}]` : host;
  return `${user === null ? '' : `${user}@`}${address}${port === null ? '' : `:${port}`}`;
}
