import type { Rule } from './rule.ts';

export const freeSpaceHere =
  'Free space: nix-collect-garbage --delete-older-than 14d removes old generations and what only they use.';

/** Derivations that were not made. */
export const buildRules: readonly Rule[] = [
  {
    code: 'nix-hash-mismatch',
    about: 'derivation',
    pattern:
      /hash mismatch in (?:fixed-output derivation|file downloaded from) '[^']*':?\s+(?:specified|wanted|expected):\s*(?<specified>\S+)\s+got:\s*(?<got>\S+)/,
    titles: ['{name} is not what its hash says'],
    advice: [
      'If the source was meant to change, write the new hash into the flake: {got}',
      'If not, find out why the source differs from {specified} before you trust it.',
    ],
  },
  {
    code: 'nix-platform-foreign',
    about: 'derivation',
    pattern:
      /a '(?<required>[^']+)' with features \{[^}]*\} is required to build '[^']+', but I am a '(?<have>[^']+)'|[Rr]equired system: '(?<required2>[^']+)'[^]*?[Cc]urrent system: '(?<have2>[^']+)'/,
    titles: ['{name} must be built on {required}, and this machine is {have}'],
    advice: [
      'Add a builder for {required} to nix.conf (builders, or nix.buildMachines on NixOS).',
      'Or emulate it here: boot.binfmt.emulatedSystems = [ "{required}" ]; on NixOS, else qemu-user with extra-platforms in nix.conf.',
      'Or build on the host itself (deployment.buildOnTarget).',
    ],
  },
  {
    code: 'nix-disk-full-here',
    about: 'log',
    pattern: /No space left on device|Disk quota exceeded/,
    titles: ['The disk of the building machine filled up while {name} was built'],
    advice: [freeSpaceHere, 'Builds are made in /tmp or nix’s build-dir: that file system needs room as well.'],
    evidence: 'line',
    canRetry: true,
  },
  {
    code: 'nix-killed-by-memory',
    about: 'log',
    pattern:
      /Killed signal terminated program|signal: 9, SIGKILL|virtual memory exhausted|Cannot allocate memory|(?:fatal|error|memory).*[Oo]ut of memory|^Killed$|JavaScript heap out of memory/m,
    titles: ['Memory ran out while {name} was built'],
    advice: [
      'Build fewer things at once: max-jobs = 1 and a lower cores in nix.conf.',
      'Add swap or zram, or give the build to a machine with more memory.',
    ],
    evidence: 'line',
    canRetry: true,
  },
  {
    code: 'nix-killed-by-memory',
    about: 'derivation',
    pattern: /builder (?:for '[^']+' )?failed due to signal 9\b[^\n]*/,
    titles: ['The builder of {name} was killed, most likely because memory ran out'],
    advice: [
      'Look for “Out of memory” in the kernel’s log: journalctl --dmesg',
      'Build fewer things at once: max-jobs = 1 and a lower cores in nix.conf.',
      'Add swap or zram, or give the build to a machine with more memory.',
    ],
    evidence: 'log',
    canRetry: true,
  },
  {
    code: 'nix-input-unreachable',
    about: 'log',
    pattern:
      /^.*(?:Could not resolve host|Failed to connect to|Connection timed out after|cannot download .* from any mirror).*$/m,
    titles: ['The source of {name} cannot be downloaded'],
    advice: ['Check the network of the machine that builds, and that the address still exists.'],
    evidence: 'log',
    canRetry: true,
  },
  {
    code: 'nix-builder-failed',
    about: 'derivation',
    pattern:
      /builder (?:for '[^']+' )?failed (?<how>with exit code \d+|due to signal \d+(?: \([^)]*\))?|to produce output path[^\n]*)/,
    titles: ['{name} could not be built: its builder failed {how}'],
    advice: ['Read the end of its log above for the first error.', 'The whole log: nix log {drv}'],
    evidence: 'log',
  },
  {
    code: 'nix-builder-failed',
    about: 'derivation',
    pattern: /timed out after (?<seconds>\d+) seconds(?<silence> of silence)?/,
    titles: ['{name} could not be built: it was given {seconds} seconds'],
    advice: ['Raise timeout or max-silent-time in nix.conf.', 'The whole log: nix log {drv}'],
    evidence: 'log',
    canRetry: true,
  },
  {
    code: 'nix-import-from-derivation',
    about: 'derivation',
    pattern: /cannot build '[^']+' during evaluation because the option 'allow-import-from-derivation' is disabled/,
    titles: ['The flake needs to build something while it is evaluated, and nix is told not to'],
    advice: ['Set allow-import-from-derivation = true in nix.conf, or avoid the import.'],
  },
  {
    code: 'nix-build-failed',
    about: 'derivation',
    pattern: /[^]+/,
    titles: ['{name} could not be built'],
    advice: ['The whole log: nix log {drv}'],
    evidence: 'log',
  },
];
