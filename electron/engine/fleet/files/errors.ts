import { ProblemError } from '../../errors.ts';

/** A path that is not below the fleet's folder, or whose symbolic link leads out of it. */
export function outsideFleet(file: string, folder: string): ProblemError {
  return new ProblemError({
    code: 'file-outside-fleet',
    title: `${file} is not a file of this fleet`,
    evidence: folder,
    advice: ['Only files below the folder of the fleet are opened here.'],
  });
}

/** A file that is gone, or that this user may not read. */
export function unreadableFile(file: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'file-unreadable',
      title: `${file} cannot be read`,
      evidence: cause instanceof Error ? cause.message : String(cause),
      advice: ['Check that the file is still there and that you may read it.'],
    },
    { cause },
  );
}

/** Somebody else wrote the file after it was read here; nothing was written. */
export function fileChanged(file: string): ProblemError {
  return new ProblemError({
    code: 'file-changed',
    title: `${file} was changed by something else since it was read`,
    evidence: '',
    advice: ['Nothing was written. Look at what is there now, then save again or take it over.'],
  });
}
