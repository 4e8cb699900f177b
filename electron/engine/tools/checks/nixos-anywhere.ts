import { findAnywhere, minimumAnywhere, pinnedAnywhere } from '../../install/program.ts';
import { nixHost } from '../../nix/nix-program.ts';
import { problemOf } from '../../unexpected.ts';
import { fine, type Check } from '../check.ts';

/** New machines are installed with it; where it is not here, nix runs a pinned release. */
export const checkAnywhere: Check = async ({ env }) => {
  try {
    const { argv, version, source, origin } = await findAnywhere(env, null);
    if (source === 'path')
      return fine('nixos-anywhere', 'nixos-anywhere is here', `${argv[0]}, ${version ?? 'of unknown version'}`);
    return fine(
      'nixos-anywhere',
      'nixos-anywhere is fetched when it is needed',
      `Release ${pinnedAnywhere}, ${origin === undefined ? 'with nix run' : 'by the machine that nix runs on'}`,
    );
  } catch (error) {
    const { title, evidence, advice } = problemOf(error);
    return {
      code: 'nixos-anywhere',
      severity: 'warning',
      title,
      detail: `${evidence}. Installing new machines needs ${minimumAnywhere} or newer; everything else works without it.`,
      advice,
      command: nixHost(env) === null ? 'nix profile install nixpkgs#nixos-anywhere' : null,
    };
  }
};
