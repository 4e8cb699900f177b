import type { HostChanges } from '../../../shared/contract/changes.ts';
import type { Goal } from '../../../shared/contract/deploy.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { sudoPasswordCodes } from '../../../shared/contract/sudo.ts';
import { ProblemError } from '../errors.ts';
import { wantsPassword } from './become-root.ts';

/**
 * Why a host went back. `unreachable`, `stuck` and `late` are its own doing, when nobody confirmed in time; `engine` is the
 * rollback of the program that deployed; `other-system`: it had activated something else than what was evaluated.
 */
export type RevertCause =
  'unreachable' | 'stuck' | 'late' | 'activation' | 'health' | 'by-hand' | 'engine' | 'other-system';

const wentBackTitles: Readonly<Record<RevertCause, (host: string, seconds: number) => string>> = {
  unreachable: (host) => `${host} could not be reached with the new system and went back to the one before`,
  stuck: (host, seconds) =>
    `The activation on ${host} did not end within ${seconds} s; it went back to the system before`,
  late: (host, seconds) =>
    `${host} answered with the new system, and was not confirmed within ${seconds} s; it went back to the one before`,
  activation: (host) => `The activation on ${host} failed; it went back to the system before`,
  health: (host) => `${host} failed its health checks with the new system and went back to the one before`,
  'by-hand': (host) => `${host} was sent back to the system before`,
  engine: (host) => `The engine’s own rollback put ${host} back to the system before`,
  'other-system': (host) =>
    `${host} was given another system than the one that was evaluated, and went back to the one before`,
};

function moreTime(seconds: number): string {
  return `take --watchdog ${seconds * 5}, or watchdog = ${seconds * 5} for this host in nixstead.toml.`;
}

const wentBackAdvice: Readonly<Record<RevertCause, (host: string, seconds: number) => string[]>> = {
  unreachable: (host) => [
    'Look for what cuts the way in the new configuration: network, firewall, SSH.',
    `What happened there is kept: journalctl -b on ${host}.`,
  ],
  stuck: (_host, seconds) => [
    'Look at the last lines: what they name did not end.',
    `If it only needs longer, ${moreTime(seconds)}`,
  ],
  late: (_host, seconds) => [
    'No health check is known to fail: activating, connecting and looking at them took longer than the watchdog waits.',
    `To give it more time, ${moreTime(seconds)}`,
  ],
  activation: () => ['Correct what the last lines name, then deploy again.'],
  health: (host) => [
    `What happened there is kept: journalctl -b on ${host}.`,
    'Correct what the check names, then deploy again; a check that is wrong stands in nixstead.toml.',
  ],
  'by-hand': () => ['The new system is still in its list of generations.'],
  engine: () => [
    'Correct what the last lines name, then deploy again.',
    'Its rollback deletes the new generation; with the engine nix it is kept to look at.',
  ],
  'other-system': () => [
    'The fleet’s files were changed while the program read them. Look at the change, then deploy again.',
    'The engine nix brings what was evaluated, whatever is edited meanwhile.',
  ],
};

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/** A time of day here, for a person. */
export function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

const mayBecomeRootAdvice =
  'Check that the target’s user may become root with the command of the fleet (privilegeEscalationCommand).';
const withoutPasswordAdvice = [
  'Or let the user’s group run commands without one: security.sudo.wheelNeedsPassword = false.',
  'Or deploy as root (targetUser).',
];

/** What sudo's own words tell of why it does not make anybody root; null: they are not its words. */
function sudoProblem(host: string, evidence: string): Problem | null {
  if (wantsPassword(evidence)) {
    return {
      code: 'deploy-sudo-password',
      title: `sudo on ${host} asks for a password, and was given none`,
      evidence,
      advice: ['Deploy from the window or a terminal, where it is asked for, and type it.', ...withoutPasswordAdvice],
      canRetry: true,
    };
  }
  if (/incorrect password|try again|sudoers/.test(evidence)) {
    return {
      code: 'deploy-sudo-refused',
      title: `sudo on ${host} does not let the user become root; nothing was changed`,
      evidence,
      advice: ['Try again with the right password.', 'Or check that the user is in the group wheel there.'],
      canRetry: true,
    };
  }
  if (!/(?:sudo|doas|run0): (?:command )?not found/.test(evidence)) return null;
  return {
    code: 'deploy-sudo-missing',
    title: `The command that makes root is not there on ${host}; nothing was changed`,
    evidence,
    advice: [mayBecomeRootAdvice],
  };
}

/** Where a system of another kind was to be built. */
export type ForeignPlace = { readonly kind: 'here' } | { readonly kind: 'target' | 'machine'; readonly name: string };

function foreignAdvice(host: string, system: string, { kind }: ForeignPlace): string[] {
  const onHost = 'Build on the host itself: --build-on target, or deployment.buildOnTarget = true for it.';
  switch (kind) {
    case 'here':
      return [
        onHost,
        'Or on a machine of that kind: --build-on user@host, or a line for it in builders of nix.conf.',
        `Or emulate it here: boot.binfmt.emulatedSystems = [ "${system}" ]; on NixOS, else qemu-user with extra-platforms = ${system} in nix.conf.`,
      ];
    case 'machine':
      return [
        onHost,
        'Or name a machine of that kind: --build-on user@host.',
        `Or let this one emulate it: boot.binfmt.emulatedSystems = [ "${system}" ]; in its configuration.`,
      ];
    case 'target':
      return [
        `Check the address of ${host} and nixpkgs.hostPlatform in its configuration: a machine of another kind answers there.`,
        'Or have another machine build it: --build-on user@host.',
      ];
  }
}

/** What can go wrong in a deploy beyond SSH (ssh/problems.ts) and Nix (nix/rules.ts). */
export const deployProblems = {
  noAddress: (host: string): Problem => ({
    code: 'deploy-no-address',
    title: `${host} has no address to deploy to`,
    evidence: 'Its target host is null',
    advice: [
      'Set deployment.targetHost for it (colmena), or make its name one that SSH can reach.',
      'The goal “build” needs no address.',
    ],
  }),
  sameMachine: (host: string, others: readonly string[], address: string): Problem => ({
    code: 'deploy-same-machine',
    title: `${host} and ${others.join(' and ')} are one machine: they have the same address`,
    evidence: address,
    advice: [
      'Give each its own address in the fleet.',
      'Where one machine is meant to have several systems, deploy one of them at a time.',
    ],
  }),
  unknownHost: (host: string): Problem => ({
    code: 'deploy-unknown-host',
    title: `The fleet has no host ${host}`,
    evidence: host,
    advice: ['Open the fleet again: it may have changed.'],
  }),
  offlineSkipped: (host: string, evidence: string): Problem => ({
    code: 'deploy-offline-skipped',
    title: `${host} does not answer and was left out`,
    evidence,
    advice: ['Nothing was changed on it. Retry the failed hosts when it is on: it is among them.'],
    canRetry: true,
  }),
  offlineLater: (host: string, evidence: string): Problem => ({
    code: 'deploy-offline-later',
    title: `${host} does not answer; it is deployed when it comes back`,
    evidence,
    advice: [
      'A job of its own waits for it with the commit of this deploy. Cancel that job if it is not wanted any more.',
    ],
  }),
  notPinnable: (evidence: string): Problem => ({
    code: 'deploy-not-pinned',
    title: 'There is no commit to deploy later',
    evidence,
    advice: ['Commit the changes first: what is deployed later is the commit of now.', 'Or leave offline hosts out.'],
  }),
  buildHost: (evidence: string, reason: string): Problem => ({
    code: 'deploy-build-host-refused',
    title: `Nothing can be built there: ${reason}`,
    evidence,
    advice: [
      'Name a host of the fleet, or a machine as user@host or user@host:port.',
      'Or build here or on each target.',
    ],
  }),
  foreignArchitecture: (host: string, system: string, evidence: string, place: ForeignPlace): Problem => ({
    code: 'deploy-foreign-architecture',
    title: `${host} is ${system}, which nothing that ${place.kind === 'here' ? 'this computer' : place.name} builds with can build`,
    evidence,
    advice: foreignAdvice(host, system, place),
  }),
  unreadableAnswer: (place: string, evidence: string): Problem => ({
    code: 'deploy-answer-unreadable',
    title: `${place} answered something that was not asked`,
    evidence: evidence.slice(0, 2000),
    advice: ['Check that the login shell of the target’s user runs commands and prints nothing by itself.'],
    canRetry: true,
  }),
  noNix: (host: string, evidence: string): Problem => ({
    code: 'deploy-no-nix',
    title: `There is no Nix on ${host}`,
    evidence,
    advice: [
      'Check that it is a NixOS machine, and the right one.',
      'A machine with another system has to be installed first.',
    ],
  }),
  notNixos: (host: string): Problem => ({
    code: 'deploy-not-nixos',
    title: `${host} does not run NixOS`,
    evidence: 'It has neither /run/current-system nor a system profile',
    advice: [
      'Check that the address leads to the right machine.',
      'A machine with another system has to be installed first.',
    ],
  }),
  /** Nobody becomes root there, whatever it is for. */
  notRoot: (host: string, evidence: string): Problem =>
    sudoProblem(host, evidence) ?? {
      code: 'deploy-not-root',
      title: `The user may not become root on ${host}; nothing was changed`,
      evidence,
      advice: [mayBecomeRootAdvice],
    },
  notStarted: (host: string, evidence: string): Problem =>
    sudoProblem(host, evidence) ?? {
      code: 'deploy-not-started',
      title: `The activation on ${host} could not be started; nothing was changed`,
      evidence,
      advice: [mayBecomeRootAdvice],
    },
  /** Outside of a job, where what is typed comes with the next call. */
  sudoPasswordWanted: (place: string, evidence: string): Problem => ({
    code: sudoPasswordCodes.wanted,
    title: `sudo on ${place} asks for a password`,
    evidence,
    advice: ['Try again in the window or at a terminal, and type it there.', ...withoutPasswordAdvice],
    canRetry: true,
  }),
  sudoPasswordWrong: (place: string, evidence: string): Problem => ({
    code: sudoPasswordCodes.wrong,
    title: `The password for sudo on ${place} was not right`,
    evidence,
    advice: ['Try again with the right password.', ...withoutPasswordAdvice],
    canRetry: true,
  }),
  /** In a job that begins by itself where there is no window. */
  nobodyToAsk: (host: string, goal: Goal, evidence: string): Problem => ({
    code: 'deploy-nobody-to-ask',
    title: `sudo on ${host} asks for a password, and nobody is there to type it; nothing was changed`,
    evidence,
    advice: [
      'Open the fleet in the window: it asks for the password.',
      `Or at a terminal: nixstead deploy DIR --on ${host} --goal ${goal}. Any other deploy of ${host} does it too.`,
      ...withoutPasswordAdvice,
    ],
    canRetry: true,
  }),
  busy: (host: string, evidence: string): Problem => ({
    code: 'deploy-busy',
    title: `Something else is activating on ${host} right now; nothing was changed by this deploy`,
    evidence: `/run/nixstead/${evidence} on ${host}`,
    advice: ['Another app, or another person’s, deploys to it. Wait until that is over, then deploy again.'],
    canRetry: true,
  }),
  notPlanned: (host: string, job: string, reason: string): Problem => ({
    code: 'deploy-not-planned',
    title: `The plan has nothing for ${host}, so it cannot be deployed as planned`,
    evidence: `Job ${job}: ${reason}`,
    advice: ['Make a plan that has this host in it.'],
  }),
  noPlan: (job: string, reason: string): Problem => ({
    code: 'deploy-not-planned',
    title: 'This job is no plan of what was asked for',
    evidence: `Job ${job}: ${reason}`,
    advice: [
      'Name the job that found out what would change (nixstead plan), or make a new plan.',
      'A plan of going back is carried out by going back (nixstead rollback).',
    ],
  }),
  unknownSystem: (host: string, evidence: string): Problem => ({
    code: 'deploy-unknown-system',
    title: `${host} boots a system that this computer does not know; nothing was changed`,
    evidence,
    advice: [
      'Somebody else may have deployed to it, and the fleet says not to replace that (replaceUnknownProfiles = false).',
      'Make a plan, look at what would change, and deploy what was planned.',
    ],
  }),
  /** What a person approved is not what would happen now. */
  planOutdated: (host: string, evidence: string): Problem => ({
    code: 'deploy-plan-outdated',
    title: `${host} runs something else than when the plan was made; nothing was changed`,
    evidence,
    advice: ['Somebody deployed to it meanwhile, or it was restarted. Make a new plan and look at it.'],
  }),
  /** The fleet makes something else by now than what a person approved. */
  planChanged: (host: string, evidence: string): Problem => ({
    code: 'deploy-plan-outdated',
    title: `The fleet makes another system for ${host} than when the plan was made; nothing was changed`,
    evidence,
    advice: ['Its files were changed since. Make a new plan and look at it.'],
  }),
  noGeneration: (host: string, wanted: string, evidence: string): Problem => ({
    code: 'deploy-no-generation',
    title: `${host} cannot go back ${wanted}: it has no such generation`,
    evidence,
    advice: ['Choose one of those that it has; older ones were deleted or never made.'],
  }),
  noRoom: (host: string, { mountpoint, availableBytes, neededBytes }: HostChanges['space'][number]): Problem => ({
    code: 'deploy-no-room',
    title: `The new system does not fit on ${host}: ${mountpoint} has too little room`,
    evidence: `needed: ${mebibytes(neededBytes)}, free: ${mebibytes(availableBytes)}`,
    advice: [
      mountpoint.startsWith('/boot')
        ? 'Delete old generations there: each keeps its kernel in /boot.'
        : `Delete old generations and collect garbage there: nix-collect-garbage --delete-older-than 30d.`,
    ],
  }),
  profileNotSet: (host: string, evidence: string): Problem => ({
    code: 'deploy-profile-not-set',
    title: `The new system could not be made the profile of ${host}; it runs as before`,
    evidence,
    advice: ['Look at the error of nix-env; a full disk or a read-only /nix is the usual reason.'],
  }),
  /** @param reason what its lines say of why; undefined where no rule knows them */
  activationFailed: (host: string, exitCode: number, evidence: string, state: string, reason?: Problem): Problem => ({
    code: 'deploy-activation-failed',
    title:
      exitCode === 2
        ? `The activation script failed on ${host}`
        : `switch-to-configuration failed on ${host} (exit ${exitCode})`,
    evidence,
    ...reason,
    advice: [
      state,
      ...(reason?.advice ?? ['Correct what the last lines name, then deploy again.']),
      `To go back: nixos-rebuild switch --rollback on ${host}.`,
    ],
  }),
  unitsFailed: (host: string, units: readonly string[], evidence: string): Problem => ({
    code: 'deploy-units-failed',
    title: `${host} was switched, and ${units.length === 1 ? 'a unit' : `${units.length} units`} failed: ${units.join(', ')}`,
    evidence,
    advice: units.slice(0, 3).map((unit) => `Look at its log on ${host}: journalctl -u ${unit} -b`),
  }),
  /** In a deploy that is tried again and had nothing to do there. */
  unitsStillFailed: (host: string, units: readonly string[]): Problem => ({
    code: 'deploy-units-failed',
    title: `${host} runs the system already, and ${units.length === 1 ? 'a unit is' : `${units.length} units are`} still failed: ${units.join(', ')}`,
    evidence: 'systemctl list-units --state=failed',
    advice: [
      ...units.slice(0, 3).map((unit) => `Look at its log on ${host}: journalctl -u ${unit} -b`),
      'Start it there when what it wants is there, or deploy what mends it; then retry the failed hosts.',
    ],
    canRetry: true,
  }),
  /** switch-to-configuration ended with 4, and no unit that failed explains it. */
  somethingFailed: (host: string, failures: readonly string[], evidence: string): Problem => ({
    code: 'deploy-units-failed',
    title: `${host} was switched, and ${failures.join(', ') || 'something failed that has no name (exit 4)'}`,
    evidence,
    advice: ['The last lines say what failed.', `Look at the log on ${host}: journalctl -b`],
  }),
  activationDied: (host: string, evidence: string, state: string): Problem => ({
    code: 'deploy-activation-died',
    title: `The activation on ${host} ended without a result`,
    evidence,
    advice: [state, `Look at the log on ${host}: journalctl -b`, 'Deploy again: it goes on from what is there.'],
    canRetry: true,
  }),
  notSwitched: (host: string, evidence: string): Problem => ({
    code: 'deploy-not-switched',
    title: `${host} says that it does not run the new system`,
    evidence,
    advice: ['Somebody else may have deployed at the same time. Look at the log, then deploy again.'],
    canRetry: true,
  }),
  /** @param goesBackAt when its watchdog does, ms since the epoch; null without one */
  outOfReach: (host: string, evidence: string, goesBackAt: number | null): Problem => ({
    code: 'deploy-out-of-reach',
    title: `${host} was activated and cannot be reached since`,
    evidence,
    advice:
      goesBackAt === null
        ? [
            'Look at the machine itself: its network or SSH may have changed with the new system.',
            'To go back, choose the generation before in its boot menu.',
          ]
        : [
            `If it runs, its watchdog went back to the system before by ${clock(goesBackAt)}; look at the machine itself.`,
            'The way to it may be cut elsewhere: try to reach another machine in its network.',
          ],
    canRetry: true,
  }),
  revertDoesNotEnd: (host: string, evidence: string): Problem => ({
    code: 'deploy-revert-stuck',
    title: `${host} has been going back to the system before for minutes and is not through`,
    evidence,
    advice: [`Look at it: journalctl -b on ${host}, and systemctl list-jobs.`],
  }),
  unhealthy: (host: string, failed: readonly string[], evidence: string): Problem => ({
    code: 'deploy-unhealthy',
    title: `${host} was switched, and ${failed.length === 1 ? 'a health check fails' : `${failed.length} health checks fail`}: ${failed.join(', ')}`,
    evidence,
    advice: [
      'It stays in the new system, since nothing guards it or a person kept it.',
      'Correct what the check names, then deploy again; a check that is wrong stands in nixstead.toml.',
    ],
  }),
  /** The host went back, and says that it is where it was. */
  wentBack: (host: string, cause: RevertCause, seconds: number, evidence: string, state: string): Problem => ({
    code: `deploy-reverted-${cause}`,
    title: wentBackTitles[cause](host, seconds),
    evidence,
    advice: [state, ...wentBackAdvice[cause](host, seconds)],
    ...(cause === 'unreachable' ? { canRetry: true } : {}),
  }),
  /** It went back since the activation failed, and what that said tells why. */
  wentBackFor: (reason: Problem, state: string): Problem => ({
    ...reason,
    title: `${reason.title}; it went back to the system before`,
    advice: [state, ...reason.advice, 'Then deploy again.'],
  }),
  notBack: (host: string, evidence: string, state: string): Problem => ({
    code: 'deploy-revert-failed',
    title: `${host} could not go back completely to the system before`,
    evidence,
    advice: [
      state,
      `Look at it: journalctl -b on ${host}.`,
      `To go back by hand: nixos-rebuild switch --rollback there.`,
    ],
  }),
  cancelled: (title: string, state: string): Problem => ({
    code: 'deploy-cancelled',
    title,
    evidence: state,
    advice: ['Deploy again to go on: what was built or copied is kept.'],
    canRetry: true,
  }),
} as const;

export function deployError(problem: Problem, cause?: unknown): ProblemError {
  return new ProblemError(problem, cause === undefined ? undefined : { cause });
}
