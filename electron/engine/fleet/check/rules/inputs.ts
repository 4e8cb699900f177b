import type { Finding } from '../../../../../shared/contract/finding.ts';
import { daysSince, isOld } from '../../../../../shared/fleet/input-age.ts';
import { endOfSupport, releaseOfBranch, supportedReleases } from '../../../../../shared/fleet/releases.ts';
import { endsWith } from '../../../../../shared/nix/bindings.ts';
import { locate } from '../../../../../shared/nix/locate.ts';
import type { LockedInput } from '../facts/lock.ts';
import type { Inspection, Place } from '../inspection.ts';

/** Where flake.nix names an input, else where flake.lock has it. */
function placeOfInput(inspection: Inspection, input: LockedInput): Place {
  const file = inspection.mainFile;
  const written = file?.bindings.find(
    ({ path }) => endsWith(path, ['inputs', input.name, 'url']) || endsWith(path, ['inputs', input.name]),
  );
  return file && written ? file.placeOf(written.binding.start) : { file: 'flake.lock', line: input.line };
}

/** Inputs of nixpkgs that are old or get no updates any more, and a lock that is missing, broken or not complete. */
export function* inputFindings(inspection: Inspection): Generator<Finding> {
  const { lock, now } = inspection;
  const file = inspection.mainFile;
  const declared = file && locate(file.text, file.tree.root, ['inputs']);
  if (inspection.folder.form !== 'flake') return;
  if (lock.state === 'missing') {
    if (!file || !declared) return;
    yield {
      code: 'lock-missing',
      severity: 'warning',
      ...file.placeOf(declaredAt(declared)),
      message:
        'There is no flake.lock, so every evaluation takes the newest inputs and no two computers build the same. ' +
        'Make one with ‘nix flake lock’ and commit it.',
    };
    return;
  }
  if (lock.state === 'unreadable') {
    yield {
      code: 'lock-unreadable',
      severity: 'error',
      file: 'flake.lock',
      message: `flake.lock cannot be read: ${lock.reason}. Take it back from git, or make it anew with ‘nix flake lock’.`,
    };
    return;
  }
  for (const input of lock.inputs.filter(({ isNixpkgs }) => isNixpkgs)) {
    const place = placeOfInput(inspection, input);
    const release = input.branch === null ? null : releaseOfBranch(input.branch);
    const end = release === null ? null : endOfSupport(release, now);
    if (release !== null && end !== null) {
      const next = supportedReleases(now).map(({ name }) => `nixos-${name}`);
      yield {
        code: 'nixpkgs-unsupported',
        severity: 'warning',
        ...place,
        message:
          `${input.name} follows NixOS ${release}, which ${end.since === null ? 'has long been' : `since ${end.since} is`} ` +
          `without security updates. Supported: ${next.join(', ')}. system.stateVersion stays as it is.`,
      };
    }
    if (input.lastModified !== null && isOld(input.lastModified, now)) {
      yield {
        code: 'nixpkgs-old',
        severity: 'warning',
        file: 'flake.lock',
        line: input.line,
        message:
          `${input.name} is locked to nixpkgs of ${daysSince(input.lastModified, now)} days ago, without the security fixes since. ` +
          `Update it with ‘nix flake update ${input.name}’.`,
      };
    }
  }
}

function declaredAt(location: NonNullable<ReturnType<typeof locate>>): number {
  switch (location.kind) {
    case 'binding':
      return location.binding.start;
    case 'inherit':
      return location.name.start;
    case 'spread':
      return location.pieces[0]?.binding.start ?? 0;
  }
}
