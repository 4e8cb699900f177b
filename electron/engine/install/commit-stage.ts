import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../../shared/contract/host.ts';
import { EditError, setAttribute } from '../../../shared/nix/edit.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import { applySplices } from '../../../shared/nix/splice.ts';
import { replaceFile } from '../fleet/create/write-files.ts';
import { git } from '../git/core.ts';
import { gitOnFiles } from '../git/on-files.ts';
import { workTreeRoot } from '../git/root.ts';
import { ProblemError } from '../errors.ts';
import { replaceKnownKeys } from '../ssh/known-hosts.ts';
import { keyOfLine, type InstallRun } from './run.ts';

/** Remembers the machine by its new key, writes where it answers, commits the host's files, and wipes the secrets. */
export async function commitStage(run: InstallRun, found: Target, moved: Target | null): Promise<void> {
  const { spec, state, context } = run;
  run.enter('commit');
  if (state.newHostKey !== null) {
    const addresses = [found, run.spec.target, ...(spec.fleetTarget === null ? [] : [spec.fleetTarget])];
    const wanted = addresses.map(({ host, port }) => ({ host, port: port ?? 22 }));
    await replaceKnownKeys(run.files.knownHosts, wanted, keyOfLine(state.newHostKey));
  }
  const changed = [...spec.files.written, ...(spec.files.hardware === null ? [] : [spec.files.hardware])];
  if (moved !== null && spec.files.host !== null && (await writeAddress(run, spec.files.host, moved))) {
    changed.push(spec.files.host);
  }
  const note = await commitFiles(run, [...new Set(changed)]);
  run.secret.wipe();
  run.finished('commit');
  run.steps.done('commit', note);
  context.emit({ type: 'note', text: `${spec.host} is installed and verified.` });
}

/** Puts the machine's address into a host.nix that is ours. False where that file has no such place. */
async function writeAddress(run: InstallRun, file: string, target: Target): Promise<boolean> {
  const path = join(run.spec.fleet.path, file);
  if (!existsSync(path)) return false;
  const before = readFileSync(path, 'utf8');
  try {
    const after = applySplices(before, setAttribute(parseNix(before), ['deployment', 'targetHost'], target.host));
    if (after === before) return false;
    await replaceFile(path, after);
    run.context.emit({ type: 'note', text: `${file}: targetHost is now ${target.host}.` });
    return true;
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    run.context.emit({ type: 'note', text: `${run.spec.host} answers at ${target.host}: write that into the fleet.` });
    return false;
  }
}

async function commitFiles(run: InstallRun, files: readonly string[]): Promise<string> {
  const { spec, context } = run;
  const there = files.filter((file) => existsSync(join(spec.fleet.path, file)));
  const cwd = spec.fleet.path;
  if (there.length === 0) return 'nothing to write';
  if (workTreeRoot(cwd) === null) return 'the fleet is not in git';
  if (!spec.options.commits) return 'not asked to commit';
  const { signal } = context;
  try {
    await gitOnFiles(['add'], there, { cwd, signal });
    const { stdout } = await git(['--literal-pathspecs', 'diff', '--cached', '--name-only', '-z', '--', ...there], {
      cwd,
      signal,
    });
    const count = stdout.toString().split('\0').length - 1;
    if (count === 0) return 'committed already';
    const message = `Install ${spec.host}`;
    // These files alone, whatever else is staged.
    await git(['--literal-pathspecs', 'commit', '--quiet', '--message', message, '--only', '--', ...there], {
      cwd,
      signal,
    });
    return `${count === 1 ? '1 file' : `${count} files`} committed`;
  } catch (error) {
    // The machine is installed all the same.
    if (!(error instanceof ProblemError)) throw error;
    context.emit({ type: 'problem', host: spec.host, stage: 'commit', problem: error.problem });
    return 'not committed';
  }
}
