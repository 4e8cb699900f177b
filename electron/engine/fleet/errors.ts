import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';

/** The folder that was to be opened does not exist or cannot be read. */
export function folderMissing(path: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'fleet-folder-missing',
      title: `The folder ${path} cannot be opened`,
      evidence: cause instanceof Error ? cause.message : String(cause),
      advice: ['Check the path. A fleet is the folder that holds flake.nix.'],
    },
    { cause },
  );
}

/** An id that belongs to no fleet that is open or was. */
export function fleetNotOpen(id: string): ProblemError {
  return new ProblemError({
    code: 'fleet-not-open',
    title: 'This fleet is not open',
    evidence: `No fleet with the id ${id} was opened here`,
    advice: ['Open its folder again.'],
  });
}

/** Something would be written in a fleet that is nix's own copy of what lies elsewhere. */
export function fleetReadOnly(origin: string): ProblemError {
  return new ProblemError({
    code: 'fleet-read-only',
    title: 'This fleet is read only',
    evidence: `It was opened as ${origin}; what is shown is nix’s own copy`,
    advice: ['Clone the repository, and open the folder of the clone to edit it. Deploying works without that.'],
  });
}

/** A folder without flake.nix. `above` is the nearest folder upwards that has one. */
export function noFlake(path: string, above: string | null): ProblemError {
  return new ProblemError({
    code: 'fleet-no-flake',
    title: 'There is no flake.nix in this folder',
    evidence: `${path} holds neither flake.nix nor hive.nix`,
    advice:
      above === null
        ? ['Open the folder that holds your flake.nix.', 'nix flake init in this folder makes a first one.']
        : [`Open ${above}: it holds a flake.nix.`],
  });
}

/** The flake evaluates, and none of its outputs is a kind of fleet that we know. */
export function noHosts(outputs: readonly string[]): Problem {
  const isSingular = outputs.includes('nixosConfiguration');
  return {
    code: 'fleet-no-hosts',
    title: 'This flake declares no hosts',
    evidence: outputs.length === 0 ? 'It has no outputs.' : `Its outputs are: ${outputs.join(', ')}`,
    advice: isSingular
      ? ['Rename the output nixosConfiguration to nixosConfigurations, with an attribute for each host.']
      : ['Hosts are read from the outputs nixosConfigurations, colmenaHive, colmena and deploy.nodes.'],
  };
}

/** One of the outputs that hold hosts cannot be read; hosts of the other outputs are shown. */
export function outputUnreadable(output: string, cause: Problem): Problem {
  return { ...cause, title: `The output ${output} cannot be read: ${cause.title}` };
}

/** New files that git does not know, so that the flake cannot see them. */
export function untrackedFiles(files: readonly string[]): Problem {
  const count = files.length === 1 ? 'A new file is' : `${files.length} new files are`;
  return {
    code: 'fleet-untracked-files',
    title: `${count} not seen by the flake`,
    evidence: files.slice(0, 20).join('\n') + (files.length > 20 ? `\n… and ${files.length - 20} more` : ''),
    advice: ['Nix sees only files that git knows. Add them with: git add --intent-to-add -- FILE'],
  };
}

/** A merge or rebase stopped in this folder; Nix would read files with conflict marks. */
export function unmergedFiles(files: readonly string[]): Problem {
  return {
    code: 'fleet-unmerged-files',
    title: 'Files have merge conflicts',
    evidence: files.join('\n'),
    advice: ['Resolve the conflicts and add the files, then open the fleet again.'],
  };
}

/** A host whose name must not reach a command; `reason` is the end of a sentence that begins with the name. */
export function nameRefused(name: string, reason: string): Problem {
  return {
    code: 'host-name-refused',
    title: `This host cannot be deployed: its name ${reason}`,
    evidence: name,
    advice: ['Rename the host in the flake. NixOS takes letters, digits, ‘-’ and ‘_’, up to 63 between dots.'],
  };
}

/** A target whose address, user or port must not reach a command. */
export function targetRefused(what: 'address' | 'user' | 'port', value: string, reason: string): Problem {
  const option = { address: 'targetHost (or hostname)', user: 'targetUser (or sshUser)', port: 'targetPort' }[what];
  return {
    code: `host-${what}-refused`,
    title: `This host cannot be reached: its ${what} ${reason}`,
    evidence: value,
    advice: [`Correct ${option} of this host in the flake.`],
  };
}

/** A host of the flake that is no NixOS machine. */
export function notNixos(system: string): Problem {
  return {
    code: 'host-not-nixos',
    title: 'This host is not a NixOS machine',
    evidence: `Its system is ${system}`,
    advice: ['Only machines whose system ends in -linux can be deployed.'],
  };
}

/** What nix gave for a host is not what its kind has there. */
export function hostUnreadable(name: string, kind: string, detail: string): Problem {
  return {
    code: 'host-unreadable',
    title: `The declaration of ${name} in ${kind} has a shape that is not known`,
    evidence: detail,
    advice: [`Compare the host with the documentation of ${kind}.`],
  };
}

/** Hosts whose names are empty or beyond every length. */
export function unshowableNames(count: number): Problem {
  return {
    code: 'fleet-unshowable-names',
    title:
      count === 1 ? 'A host is not shown because of its name' : `${count} hosts are not shown because of their names`,
    evidence: 'A host name is empty or longer than 1000 characters',
    advice: ['Rename it in the flake.'],
  };
}

/** The fleet is open, and the data folder keeps nothing of it. @param cause why it could not be written */
export function notRemembered(cause: Problem): Problem {
  return {
    code: 'fleet-not-remembered',
    title: 'Nixstead cannot keep what it has read',
    evidence: `${cause.title}: ${cause.evidence}`,
    advice: ['The fleet itself is fine: it is read anew at the next opening.', ...cause.advice],
  };
}
