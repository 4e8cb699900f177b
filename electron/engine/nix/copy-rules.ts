import { freeSpaceHere } from './build-rules.ts';
import type { Rule } from './rule.ts';

const noSpace = /No space left on device|Disk quota exceeded|database or disk is full/;

/** Copies to another machine. */
export const copyRules: readonly Rule[] = [
  {
    code: 'nix-disk-full-target',
    about: 'error',
    pattern: noSpace,
    side: 'target',
    titles: ['The disk of {target} is full'],
    advice: [
      '{free} are free there, and {needed} were to be copied.',
      'Free space on {target}: sudo nix-collect-garbage --delete-older-than 14d',
      'What was copied completely stays there; trying again goes on from it.',
    ],
    canRetry: true,
  },
  {
    code: 'nix-disk-full-here',
    about: 'error',
    pattern: noSpace,
    side: 'here',
    titles: ['The disk of this machine is full'],
    advice: ['{free} are free in /nix/store here.', freeSpaceHere],
    canRetry: true,
  },
  {
    code: 'nix-disk-full',
    about: 'error',
    pattern: noSpace,
    titles: ['A disk is full, and nix does not say whose'],
    advice: ['Look at both: df -h /nix/store /tmp', freeSpaceHere],
    canRetry: true,
  },
  {
    code: 'nix-path-unsigned',
    about: 'error',
    pattern: /cannot add path '(?<path>[^']+)' because it lacks a (?:valid )?signature by a trusted key/,
    titles: ['This user may not bring unsigned paths to {target}'],
    advice: [
      'Log in as root, or as a user whom sudo there makes root, or add the user to nix.settings.trusted-users on {target}.',
      'Or sign what you build: secret-key-files here, and its public key in nix.settings.trusted-public-keys on {target}.',
    ],
  },
  {
    code: 'nix-missing-on-target',
    about: 'output',
    pattern:
      /^.*?(?:(?<program>\S*\bnix(?:-daemon|-store)?): (?:(?:command )?not found|No such file or directory)|(?:[Cc]ommand not found|Unknown command): ?\S*\bnix(?:-daemon|-store)?\b).*$/m,
    verbs: ['copy'],
    titles: ['There is no nix on {target}'],
    advice: [
      'Check that it is a NixOS machine, and the right one.',
      'If nix is there, it is not in the PATH of a login without a terminal: link nix-daemon into /usr/local/bin or set remote-program.',
    ],
    evidence: 'line',
  },
];
