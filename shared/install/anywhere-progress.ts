/** The phases of nixos-anywhere as its lines tell them, in order; `start` is before its first line. */
export const anywherePhases = [
  'start',
  'connect',
  'kexec',
  'hardware',
  'disko',
  'copy',
  'install',
  'reboot',
  'done',
] as const;
export type AnywherePhase = (typeof anywherePhases)[number];

/** How far a run of nixos-anywhere is. */
export interface AnywhereProgress {
  readonly phase: AnywherePhase;
  /** Its last step in its own words: `Formatting hard drive with disko`. */
  readonly step: string;
  /** True from the line on after which disks are changed. */
  readonly hasErased: boolean;
  /** How often it has tried to hand over its key: more than a few means that it never will. */
  readonly keyAttempts: number;
  /** The machine has refused its login: another try could have it shut this computer out. */
  readonly isDenied: boolean;
  /** How often its own SSH connection was refused, lost or denied in the present step. */
  readonly failedConnections: number;
  /** Set while a program on the other side asks something on the terminal. */
  readonly question: 'sudo-password' | 'ssh-password' | 'passphrase' | 'disk-passphrase' | null;
}

export const beforeAnywhere: AnywhereProgress = {
  phase: 'start',
  step: '',
  hasErased: false,
  keyAttempts: 0,
  isDenied: false,
  failedConnections: 0,
  question: null,
};

/** Its step lines (nixos-anywhere 1.13, src/nixos-anywhere.sh: `step`), by the phase that they begin. */
const steps: readonly (readonly [RegExp, AnywherePhase])[] = [
  [/^Uploading install SSH keys$/, 'connect'],
  [/^Switching system into kexec$/, 'kexec'],
  [/^Generating (?:facter\.json|hardware-configuration\.nix) /, 'hardware'],
  [/^Uploading .+ to .+$/, 'disko'],
  [/^Building disko script$/, 'disko'],
  [/^Formatting hard drive with disko$/, 'disko'],
  [/^Uploading the system closure$/, 'copy'],
  [/^Building the system closure$/, 'copy'],
  [/^Copying extra files$/, 'install'],
  [/^Installing NixOS$/, 'install'],
  [/^Rebooting$/, 'reboot'],
  [/^Waiting for the machine to become unreachable/, 'reboot'],
  [/^Done!$/, 'done'],
];

const stepLine = /^### (.+) ###$/;
const keyAttempt = /ssh-copy-id: INFO: Source of key\(s\) to be installed/;
const denied = /Permission denied \([a-z,-]+\)/;
const failedConnection =
  /^(?:.*ssh-copy-id: ERROR: )?(?:ssh: connect to host|Connection (?:closed|reset) by|Permission denied|kex_exchange_identification|.*Could not resolve hostname)/;
const questions: readonly (readonly [RegExp, NonNullable<AnywhereProgress['question']>])[] = [
  [/\[sudo\][^\n]*: ?$/i, 'sudo-password'],
  [/Enter passphrase for (?:\/dev\/|device )[^\n]*: ?$/i, 'disk-passphrase'],
  [/Enter passphrase for key [^\n]*: ?$/i, 'passphrase'],
  [/(?:'s|’s)? ?password: ?$/i, 'ssh-password'],
];

/** It has told the machine to restart, and has nothing more to do than to wait until the old system is gone. */
export function hasAskedForReboot({ phase, step }: AnywhereProgress): boolean {
  return phase === 'reboot' && step.startsWith('Waiting for the machine to become unreachable');
}

/** Takes a whole line of its output. */
export function readAnywhereLine(before: AnywhereProgress, line: string): AnywhereProgress {
  const text = line.trimEnd();
  const step = stepLine.exec(text)?.[1];
  if (step === undefined) {
    const question = null;
    if (keyAttempt.test(text)) return { ...before, question, keyAttempts: before.keyAttempts + 1 };
    if (denied.test(text)) {
      return { ...before, question, isDenied: true, failedConnections: before.failedConnections + 1 };
    }
    if (failedConnection.test(text)) return { ...before, question, failedConnections: before.failedConnections + 1 };
    return before.question === null ? before : { ...before, question };
  }
  // Facts are gathered twice: the second time the installer has come up.
  const phase = steps.find(([pattern]) => pattern.test(step))?.[1] ?? before.phase;
  const hasErased = before.hasErased || step === 'Formatting hard drive with disko';
  return { ...before, phase, step, hasErased, isDenied: false, failedConnections: 0, question: null };
}

/** Looks at the beginning of a line that has not ended: a question stands there without one. */
export function readAnywhereTail(before: AnywhereProgress, tail: string): AnywhereProgress {
  const question = questions.find(([pattern]) => pattern.test(tail))?.[1] ?? null;
  return question === before.question ? before : { ...before, question };
}
