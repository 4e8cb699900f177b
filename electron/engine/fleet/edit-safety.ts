import { join } from 'node:path';
import { ZodError } from 'zod';
import type { CheckChange, WatchdogChange } from '../../../shared/contract/health.ts';
import type { FileChange } from '../../../shared/fleet/change/edit.ts';
import { readChecks } from '../../../shared/fleet/safety.ts';
import { ProblemError } from '../errors.ts';
import { withCheck } from './check-text.ts';
import { readSafety, safetyFileName, safetyFileText } from './safety-file.ts';
import { withWatchdog } from './watchdog-text.ts';
import { withWaves, type WantedWaves } from './waves-text.ts';

/**
 * What nixstead.toml of a fleet would be with these waves; nothing is written. null: it says so already.
 * @throws ProblemError `waves-not-editable`, `safety-file-*` for a file that cannot be read as it is
 */
export async function editWaves(fleetFolder: string, wanted: WantedWaves): Promise<FileChange | null> {
  return editSafetyFile(fleetFolder, (text) => withWaves(text, wanted), {
    code: 'waves-not-editable',
    what: 'The waves',
    word: 'waves',
    form: 'Written as [waves] and [[waves.wave]], a table for each, they can be edited here.',
  });
}

/**
 * What nixstead.toml of a fleet would be with one health check changed; nothing is written. null: it says so already.
 * @throws ProblemError `check-wrong` for a check that cannot be, `checks-not-editable`, `safety-file-*`
 */
export async function editCheck(fleetFolder: string, change: CheckChange): Promise<FileChange | null> {
  if (change.check !== null) refuseWrongCheck(change.check);
  return editSafetyFile(fleetFolder, (text) => withCheck(text, change), {
    code: 'checks-not-editable',
    what: 'The health checks',
    word: 'health',
    form: 'Written as health = [...] under [defaults], [tags.NAME] or [hosts.NAME], they can be edited here.',
  });
}

/**
 * What nixstead.toml of a fleet would be with another watchdog for some hosts; nothing is written. null: it says so already.
 * @throws ProblemError `watchdog-not-editable`, `safety-file-*`
 */
export async function editWatchdog(fleetFolder: string, change: WatchdogChange): Promise<FileChange | null> {
  return editSafetyFile(fleetFolder, (text) => withWatchdog(text, change), {
    code: 'watchdog-not-editable',
    what: 'The watchdogs',
    word: 'watchdog',
    form: 'Written as watchdog = SECONDS under [defaults], [tags.NAME] or [hosts.NAME], they can be edited here.',
  });
}

function refuseWrongCheck(check: NonNullable<CheckChange['check']>): void {
  try {
    readChecks([check], '192.0.2.1');
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const [issue] = error.issues;
    throw new ProblemError({
      code: 'check-wrong',
      title: `This check cannot be: ${issue?.message ?? error.message}`,
      evidence: issue?.path.join('.') ?? '',
      advice: ['Correct what it says; nothing is written until then.'],
    });
  }
}

interface NotEditable {
  readonly code: string;
  readonly what: string;
  /** Stands in the line that is in the way. */
  readonly word: string;
  /** The way of writing that is edited. */
  readonly form: string;
}

async function editSafetyFile(
  fleetFolder: string,
  edit: (text: string) => string | null,
  { code, what, word, form }: NotEditable,
): Promise<FileChange | null> {
  // A file that is wrong is not made worse.
  await readSafety(fleetFolder);
  const before = await safetyFileText(join(fleetFolder, safetyFileName));
  const after = edit(before ?? '');
  if (after === (before ?? '')) return null;
  if (after !== null) return { path: safetyFileName, from: safetyFileName, before, after };
  throw new ProblemError({
    code,
    title: `${what} in ${safetyFileName} are written in a form that is not edited here`,
    evidence: new RegExp(`^.*\\b${word}\\b.*$`, 'm').exec(before ?? '')?.[0] ?? '',
    advice: ['Change them in the file, on the page Files.', form],
    place: { file: join(fleetFolder, safetyFileName) },
  });
}
