import type { Goal } from '../../../../shared/contract/deploy.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';

/** What each program can be told about where to build. */
const buildPlaces: Readonly<Record<string, string>> = {
  colmena: 'It can be told here and target',
  'nixos-rebuild':
    'It can be told here, target, and a machine that is reached by the same port and options as the host',
  'deploy-rs': 'It can be told target, and here where the fleet does not say remoteBuild',
};

/** What would let a program have a password. */
const passwordAdvice: Readonly<Record<string, readonly string[]>> = {
  'nixos-rebuild': ['Or with nixos-rebuild-ng, which asks too.'],
  'deploy-rs': [
    'Or give the profiles of the user who logs in a node of their own.',
    'Or, where the node says what sudo is, let that read the password: sudo = "sudo -S -u".',
  ],
};

/** Why an engine cannot be used; what fails while it runs is in explain-tool.ts. */
export const engineProblems = {
  missing: (name: string, programs: readonly string[], path: string, source: string): Problem => ({
    code: 'engine-missing',
    title: `${name} is not here`,
    evidence: `${programs.join(' or ')} is not in PATH=${path}`,
    advice: [`Install it: nix profile install ${source}`, 'Or deploy with the engine nix, which needs nothing else.'],
  }),
  other: (name: string, path: string): Problem => ({
    code: 'engine-other',
    title: `${path} is not ${name}`,
    evidence: path,
    advice: [`Put ${name} first on PATH, or deploy with the engine nix.`],
  }),
  nixElsewhere: (name: string, host: string): Problem => ({
    code: 'engine-nix-elsewhere',
    title: `${name} starts nix by itself and reads its store, so it needs nix on this computer`,
    evidence: `Nix runs on ${host}: NIXSTEAD_NIX=ssh://${host}`,
    advice: [
      `Deploy with the engine nix, which does everything through ${host}.`,
      `Or install nix here: https://nixos.org/download`,
    ],
  }),
  noHosts: (name: string, sources: readonly string[]): Problem => ({
    code: 'engine-not-offered',
    title: `The fleet has nothing for ${name}`,
    evidence: `No host stands in ${sources.join(' or ')}`,
    advice: ['Add it to the flake, or deploy with the engine nix.'],
  }),
  notDeclared: (name: string, host: string, sources: readonly string[]): Problem => ({
    code: 'engine-not-offered',
    title: `${name} does not know ${host}`,
    evidence: `${host} stands in none of ${sources.join(', ')}`,
    advice: [`Add it there, or deploy it with the engine nix.`],
  }),
  noGoal: (name: string, goal: Goal, able: readonly Goal[]): Problem => ({
    code: 'engine-goal',
    title: `${name} cannot do “${goal}”`,
    evidence: `It can do ${able.join(', ')}`,
    advice: ['Choose another goal, or the engine nix.'],
  }),
  /** Colmena's versions read different outputs, and refuse each other's. */
  colmenaOutput: (version: string, host: string, has: string): Problem => ({
    code: 'engine-version',
    title: `Colmena ${version} cannot read this flake`,
    evidence: `${host} stands in ${has}`,
    advice:
      has === 'colmena'
        ? [
            'Add the output that it reads: colmenaHive = colmena.lib.makeHive self.outputs.colmena;',
            'Or use the colmena of the flake’s own input.',
          ]
        : ['Use the colmena of the flake’s own input (0.5 or newer): nix shell on it, then start Nixstead from there.'],
  }),
  /** @param then the state of the files when they were evaluated; `now`: null where it cannot be told */
  filesChanged: (name: string, host: string, then: string, now: string | null): Problem => ({
    code: 'engine-files-changed',
    title: `${host} was not deployed: the fleet’s files were changed since the job began, and ${name} reads them by itself`,
    evidence: `evaluated: ${then}\nnow: ${now ?? 'it cannot be told'}`,
    advice: [
      'Look at the change, then deploy it again; where a plan was approved, make a new one.',
      'Where only flake.lock was written, which nix does for an input that is not locked yet, deploy again.',
      'The engine nix brings what was evaluated, whatever is edited meanwhile.',
    ],
    canRetry: true,
  }),
  noBuildPlace: (name: string, place: string): Problem => ({
    code: 'engine-build-place',
    title: `${name} cannot be told to build on “${place}”`,
    evidence: buildPlaces[name] ?? '',
    advice: ['Choose the engine nix for it, or say it in the fleet (buildOnTarget, remoteBuild).'],
  }),
  noPassword: (name: string, host: string, evidence: string): Problem => ({
    code: 'engine-sudo-password',
    title: `sudo on ${host} asks for a password, which ${name} cannot be given; nothing was changed`,
    evidence,
    advice: [
      'Deploy it with the engine nix, which asks for it.',
      ...(passwordAdvice[name] ?? []),
      'Or let the user’s group run commands without one: security.sudo.wheelNeedsPassword = false.',
    ],
    canRetry: true,
  }),
  sudoOnly: (name: string, host: string, command: readonly string[]): Problem => ({
    code: 'engine-privilege',
    title: `${name} becomes root with sudo alone, and ${host} uses something else`,
    evidence: command.join(' '),
    advice: ['Deploy it with the engine nix, or let its user become root with sudo.'],
  }),
} as const;
