import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';

/** The database was written by a newer Nixstead; nothing of it was touched. */
export function newerDatabase(file: string, found: number, known: number): ProblemError {
  return new ProblemError({
    code: 'database-newer',
    title: 'The database was written by a newer Nixstead',
    evidence: `${file}: version ${found}, this Nixstead knows up to ${known}`,
    advice: [
      'Start the newer Nixstead again, or install its version.',
      'To go on with this one, choose another data folder with the environment variable NIXSTEAD_HOME.',
    ],
  });
}

/** The database was damaged; it lies beside the fresh one that was made. */
export function corruptDatabaseSetAside(keptAs: string, reason: string): Problem {
  return {
    code: 'database-corrupt',
    title: 'The database was damaged, and Nixstead started with a fresh one',
    evidence: reason,
    advice: [
      `The damaged file is kept as ${keptAs}.`,
      'Your fleets and machines are untouched: open your flake again. Recent fleets and settings were lost.',
    ],
  };
}

/** The disk is full: what would be kept lives in memory, until this Nixstead ends. */
export function nothingIsKept(cause: Problem): Problem {
  return {
    code: 'database-disk-full',
    title: 'Nothing is kept, since the disk with the data folder is full',
    evidence: `${cause.title}: ${cause.evidence}`,
    advice: [
      'Free space on that disk, then start Nixstead again. History and settings are there still, and are not shown now.',
      'Fleets can be read meanwhile. A job needs space of its own and will not begin.',
    ],
  };
}

/** SQLite refused: read-only folder, full disk, held by another program, input or output error. */
export function databaseFailed(file: string, cause: Error & { code: string }): ProblemError {
  return new ProblemError(
    {
      code: 'database-failed',
      title: `The database ${file} cannot be used`,
      evidence: `${cause.code}: ${cause.message}`,
      advice: adviceFor(cause.code),
      canRetry: cause.code.startsWith('SQLITE_BUSY'),
    },
    { cause },
  );
}

function adviceFor(code: string): string[] {
  if (code.startsWith('SQLITE_FULL')) return ['Free space on the disk that holds this file.'];
  if (code.startsWith('SQLITE_BUSY')) return ['Another program holds the file: close it and try again.'];
  if (code.startsWith('SQLITE_CORRUPT')) {
    return ['Start Nixstead again: it sets the damaged file aside and makes a fresh one.'];
  }
  if (code.startsWith('SQLITE_IOERR')) return ['Look at the disk that holds this file: it may be full or damaged.'];
  return ['Give your user write access to this file and its folder, or choose another with NIXSTEAD_HOME.'];
}
