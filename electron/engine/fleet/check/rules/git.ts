import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { Inspection } from '../inspection.ts';

/** Paths below the fleet's folder, relative to it; those beside it are not the fleet's. */
function insideFleet(inspection: Inspection, files: readonly string[]): string[] {
  const { subfolder } = inspection.folder;
  if (subfolder === '') return [...files];
  const prefix = `${subfolder}/`;
  return files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
}

/** Files that the flake cannot see, and conflict marks that nix would read. */
export function* gitFindings(inspection: Inspection): Generator<Finding> {
  const { git, folder } = inspection;
  if (git === null || folder.form !== 'flake') return;
  const untracked = insideFleet(inspection, git.untracked);
  const [first] = untracked;
  if (first !== undefined) {
    const names = untracked.slice(0, 5).join(', ') + (untracked.length > 5 ? ` and ${untracked.length - 5} more` : '');
    yield {
      code: 'files-untracked',
      severity: untracked.some((file) => file.endsWith('.nix')) ? 'warning' : 'hint',
      file: first,
      message: `Git does not know ${names}, so the flake cannot see ${untracked.length === 1 ? 'it' : 'them'}.`,
      fix: {
        kind: 'add-to-git',
        title: untracked.length === 1 ? `Add ${first} to git` : `Add ${untracked.length} files to git`,
        files: untracked,
      },
    };
  }
  for (const file of insideFleet(inspection, git.unmerged)) {
    yield {
      code: 'merge-conflict',
      severity: 'error',
      file,
      message: 'This file has a merge conflict; nix would read its conflict marks. Resolve it and add the file.',
    };
  }
}
