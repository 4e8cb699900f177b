import { ProblemError } from '../errors.ts';

/**
 * NIX_SSHOPTS as nix reads it. Up to 2.26 it is split at white space and every other character is meant as it stands
 * (`getNixSshOpts` with tokenizeString, src/libstore/ssh.cc); newer ones split it as a shell does. Only words on which
 * both agree are let through: no white space, no quotation mark, no backslash. Whatever needs one of them belongs into
 * an ssh_config that is named here with -F, as ../ssh/config.ts does.
 * @throws ProblemError `nix-ssh-option-refused`
 */
export function nixSshOptions(words: readonly string[]): string {
  const bad = words.find((word) => word === '' || /[\s'"\\\p{Cc}]/u.test(word));
  if (bad !== undefined) {
    throw new ProblemError({
      code: 'nix-ssh-option-refused',
      title: 'An SSH option cannot be given to nix',
      evidence: JSON.stringify(bad),
      advice: [
        'Nix cannot take spaces, quotation marks or backslashes there: write the option into ~/.ssh/config for this host.',
      ],
    });
  }
  return words.join(' ');
}
