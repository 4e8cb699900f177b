import type { BuildPlace } from '../../../shared/contract/install.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { installProblems } from './problems.ts';
import type { InstallSpec } from './spec.ts';

/** Whether an address can stand in nix's list of builders, where words are parted by spaces and lines by semicolons. */
const builderAddress = /^(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][A-Za-z0-9.:-]*$/;

/**
 * What nix is told so that it builds there. `--max-jobs 0` keeps this computer out of it.
 * @param system of what is built, as `aarch64-linux`; null: as this computer's
 */
export function builderFlags(place: BuildPlace, system: string | null): string[] {
  if (place.kind !== 'builder' || !builderAddress.test(place.address)) return [];
  const builder = `ssh-ng://${place.address} ${system ?? '-'} - 8`;
  return ['--builders', builder, '--builders-use-substitutes', '--max-jobs', '0'];
}

/** Why a host cannot be built there; null: it can. */
export function whyNotThere(
  place: BuildPlace,
  { form, source }: { readonly form: InstallSpec['fleet']['form']; readonly source: InstallSpec['source'] },
): Problem | null {
  if (place.kind === 'builder' && !builderAddress.test(place.address)) {
    return installProblems.builderRefused(place.address);
  }
  // nixos-anywhere evaluates the flake itself then, and knows NixOS configurations alone.
  const isKnown = form === 'flake' && source === 'nixosConfigurations';
  return place.kind === 'target' && !isKnown ? installProblems.notBuiltThere(form === 'flake' ? source : form) : null;
}

/** The flake and the host in it as nixos-anywhere is given them; null where it is given what was built before. */
export function remoteFlake({ options, fleet, host }: Pick<InstallSpec, 'options' | 'fleet' | 'host'>): string | null {
  return options.buildOn.kind === 'target' ? `${fleet.ref}#${host}` : null;
}
