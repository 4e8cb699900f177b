import { inputRules, missingRevision } from './input-rules.ts';
import type { Rule } from './rule.ts';

const fetching = /… while fetching the input '(?<url>[^']+)'/;

const unreachable: Rule = {
  code: 'nix-input-unreachable',
  about: 'error',
  pattern: /[^]+/,
  trace: fetching,
  reason: /^(?:ssh: |fatal: (?!Refusing to point HEAD)|curl: |kex_exchange_identification)/,
  titles: ['The flake input {url} cannot be fetched'],
  advice: ['Check its address in flake.nix, and that this machine can reach it.'],
  canRetry: true,
};

/** The local nix, the flake, its files and its inputs. */
export const flakeRules: readonly Rule[] = [
  {
    code: 'nix-daemon-down',
    about: 'error',
    pattern: /cannot connect to socket at '(?<socket>[^']+)'/,
    titles: ['The nix daemon of this machine does not answer'],
    advice: [
      'Start it: sudo systemctl start nix-daemon.socket',
      'Check that you may use it (allowed-users in nix.conf).',
    ],
    canRetry: true,
  },
  {
    code: 'nix-store-denied',
    about: 'error',
    pattern:
      /(?:opening lock file|creating directory|opening file|cannot open) '?(?<path>\/nix\/[^':]+)'?:? .*Permission denied|setting up a private mount namespace/,
    titles: ['This user may not write to the nix store, and no daemon is there to do it'],
    advice: ['Install nix with its daemon, or run Nixstead as the user who owns /nix.'],
  },
  {
    code: 'nix-feature-disabled',
    about: 'error',
    pattern: /experimental (?:Nix )?feature '(?<feature>[^']+)' is disabled/,
    titles: ['Nix is not allowed to use {feature}'],
    advice: ['Add to nix.conf: experimental-features = nix-command flakes'],
  },

  {
    code: 'nix-rate-limited',
    about: 'error',
    pattern: /unable to download '(?<url>[^']+)': HTTP error (?:403|429)[^]*?(?:rate limit|too many requests)/i,
    titles: ['The server of a flake input lets this address fetch no more for a while'],
    advice: ['Wait an hour, or give nix an access token: access-tokens = github.com=… in nix.conf.'],
    canRetry: true,
  },
  {
    code: 'nix-input-denied',
    about: 'error',
    pattern: /unable to download '(?<url>[^']+)': HTTP error (?<status>40[134])/,
    titles: ['A flake input cannot be fetched: the server says {status}'],
    advice: [
      'Check its address in flake.nix: {url}',
      'For a private repository give nix an access token: access-tokens in nix.conf.',
    ],
  },
  ...inputRules,
  {
    code: 'nix-input-unreachable',
    about: 'error',
    pattern:
      /unable to (?:download|access) '(?<url>[^']+)': [^]*|(?:Could not resolve host|Failed to connect to|cannot fetch input|Failed to fetch git repository|Cannot find Git revision)[^]*/,
    titles: ['A flake input cannot be fetched'],
    advice: [
      'Check that this machine is online and that the address exists: {url}',
      'Inputs that are in the store already need no network: build from the lock as it is, or with --offline.',
    ],
    canRetry: true,
  },
  {
    code: 'nix-lock-outdated',
    about: 'error',
    pattern:
      /requires lock file changes but they're not allowed|cannot (?:write|update) (?:modified|unlocked) lock file|lock file .* (?:is|are) (?:not )?up to date/,
    titles: ['flake.lock does not fit flake.nix'],
    advice: ['Update it and look at the change: nix flake lock', 'Commit flake.lock together with flake.nix.'],
  },
  {
    code: 'nix-flake-missing',
    about: 'error',
    pattern:
      /path '[^']*\/flake\.nix' does not exist|could not find a flake\.nix file|does not contain a '?\S*flake\.nix'? ?file|is not part of a flake|not a flake \(because/,
    titles: ['There is no flake here'],
    advice: [
      'Open the folder that holds flake.nix.',
      'In a git folder flake.nix must be known to git: git add --intent-to-add flake.nix',
    ],
  },
  {
    code: 'nix-file-untracked',
    about: 'error',
    pattern: /[Pp]ath '(?<file>[^']+)' in the repository "?(?<repository>[^"\s]+)"? is not tracked by Git/,
    titles: ['{file} is not known to git, so the flake cannot see it'],
    advice: ["Tell git about it: git add --intent-to-add -- '{file}'"],
  },
  {
    code: 'nix-file-missing',
    about: 'error',
    pattern:
      /(?:path|file|directory) '(?<path>[^']+)' (?:does not exist|was not found)|getting status of '(?<path2>[^']+)': No such file or directory/,
    titles: ['{file} is not in the flake'],
    advice: ['Check the spelling where it is imported.'],
  },
  {
    code: 'nix-input-denied',
    about: 'error',
    pattern: /[^]+/,
    trace: fetching,
    reason: /Permission denied \(|Authentication failed|could not read Username|[Rr]epository not found|Access denied/,
    needsReason: true,
    titles: ['The flake input {url} may not be read'],
    advice: [
      'Check its address in flake.nix.',
      'Nobody can be asked while nix fetches: git must reach it without a question (a key in your agent, a credential helper).',
    ],
  },
  { ...unreachable, needsReason: true },
  missingRevision,
  unreachable,
];
