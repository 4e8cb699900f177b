import type { Rule } from './rule.ts';

const fetching = /… while fetching the input '(?<url>[^']+)'/;
const locking = /… while updating the flake input '(?<input>[^']+)'/;

/** A flake's inputs, while they are fetched to be locked or evaluated. */
export const inputRules: readonly Rule[] = [
  {
    code: 'nix-hash-mismatch',
    about: 'error',
    pattern:
      /mismatch in field 'narHash' of input '\{(?:[^\n]*?"(?:url|path)":"(?<url>[^"]+)"|[^\n]*?"repo":"(?<url2>[^"]+)")?|NAR hash mismatch in input '(?<url3>[^']+)'/,
    titles: ['The input {url} is not what flake.lock says', 'An input is not what flake.lock says'],
    advice: [
      'If you trust what is there now, lock it anew: update this input.',
      'If not, find out why it changed under the same address: a tag that was moved, or a lock that was edited.',
    ],
  },
  {
    code: 'nix-input-no-flake',
    about: 'error',
    pattern: /path '[^']*\/flake\.nix' does not exist|does not contain a '?\S*flake\.nix/,
    trace: locking,
    titles: ['What the input {input} points to is not a flake'],
    advice: [
      'Check its address in flake.nix.',
      'If it is meant to be plain files, say so: inputs.{input}.flake = false;',
    ],
  },
  {
    code: 'nix-input-missing',
    about: 'error',
    pattern: /^path '[^']*' does not exist|^getting status of '[^']*': No such file or directory/,
    trace: fetching,
    titles: ['The flake input {url} is not there'],
    advice: ['Check its address in flake.nix, and that what it names is there on this computer.'],
  },
  {
    code: 'nix-input-missing',
    about: 'error',
    pattern: /[^]+/,
    trace: fetching,
    reason: /^fatal: .*does not appear to be a git repository/,
    needsReason: true,
    titles: ['There is no Git repository at {url}'],
    advice: ['Check its address in flake.nix.'],
  },
];

/** Where git can be reached and lacks what is wanted; what keeps it from being reached is looked for first. */
export const missingRevision: Rule = {
  code: 'nix-input-missing',
  about: 'error',
  pattern:
    /(?:resolving Git reference|revspec) '(?<ref>[^']+)'|getting Git object '(?<ref2>[^']+)'|[Cc]annot find Git revision '(?<ref3>[^']+)'/,
  trace: fetching,
  titles: ['The flake input {url} has no branch, tag or revision {ref}'],
  advice: ['Check the branch or revision that flake.nix names.'],
};
