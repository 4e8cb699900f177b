import { hasAskedForReboot } from '../../../shared/install/anywhere-progress.ts';
import { ProblemError } from '../errors.ts';
import { runAnywhere } from './anywhere.ts';
import { hasNewKey, judgeRound, newSystem } from './boot-stages.ts';
import { anywhere } from './installer-stages.ts';
import { waitForMachine, type Found } from './locate.ts';
import { bootIdArgv } from './machine-scripts.ts';
import type { InstallRun } from './run.ts';

const minuteMs = 60_000;
const installLimitMs = 30 * minuteMs;
/** From the request to restart to the end of the old system. */
const rebootLimitMs = 3 * minuteMs;

/** What came of telling a machine to restart. */
export interface Reboot {
  /** Its new system, where that answered before nixos-anywhere had noticed; null: it is still to be waited for. */
  readonly found: Found | null;
  /** Resolves when nixos-anywhere is gone. */
  readonly over: Promise<void>;
}

/**
 * Lays the extra files over the new system, makes it the one that the disk boots, and tells the machine to restart: one
 * run of nixos-anywhere, which logs in once for both.
 *
 * It goes on until it finds the old system gone, after which it has nothing more to do, and may find that late: a
 * connection of its own hangs where the machine goes down under it. So the new system is looked for from the request on,
 * by the key that it alone has. Once it answers, nixos-anywhere is ended.
 * @param isInstalled only the restart is missing
 */
export async function installAndReboot(run: InstallRun, isInstalled: boolean): Promise<Reboot> {
  run.enter(isInstalled ? 'reboot' : 'install');
  const flags = isInstalled ? [] : await installFlags(run);
  if (!hasNewKey(run)) {
    const { stdout } = await run.ask((session) => session.exec(bootIdArgv, { signal: run.context.signal }));
    run.save({ installerBoot: stdout.trim() });
  }
  const request = anywhere(run, isInstalled ? ['reboot'] : ['install', 'reboot']);
  const [enough, gaveUp] = [new AbortController(), new AbortController()];
  const early = Promise.withResolvers<Found | null>();
  const look: { result: Promise<Found | null> | null } = { result: null };
  const ended = runAnywhere(run.context, {
    ...request,
    flags,
    silenceMs: installLimitMs,
    limitMs: installLimitMs,
    rebootLimitMs,
    enough: enough.signal,
    onProgress: (progress) => {
      if (progress.phase === 'reboot') leaveInstall(run);
      request.onProgress?.(progress);
      if (look.result !== null || !hasNewKey(run) || !hasAskedForReboot(progress)) return;
      look.result = lookForNewSystem(run, AbortSignal.any([run.context.signal, gaveUp.signal]));
      look.result.then(early.resolve, early.reject);
    },
  });
  try {
    const first = await Promise.race([ended.then(() => null), early.promise]);
    gaveUp.abort();
    const found = first ?? (await look.result);
    if (found !== null) {
      run.log(
        'The new system answers: nixos-anywhere, which waits for the old one to be gone, is not needed any more.',
      );
    }
    enough.abort();
    leaveInstall(run);
    run.finished('reboot');
    run.steps.done('reboot', 'restarted');
    return { found, over: ended.then(nothing, nothing) };
  } finally {
    gaveUp.abort();
  }
}

const nothing = (): void => undefined;

async function installFlags(run: InstallRun): Promise<string[]> {
  const { options, host } = run.spec;
  const makesKey = options.hostKey === 'make';
  const { folder, hostKey } = await run.secret.extraFiles(options.extraFiles, makesKey ? host : null);
  run.save({ newHostKey: hostKey ?? run.state.hostKey });
  return [...(folder === null ? [] : ['--extra-files', folder]), ...(makesKey ? [] : ['--copy-host-keys'])];
}

/** The new system is on its disk: what is left is the restart. */
function leaveInstall(run: InstallRun): void {
  if (run.stage !== 'install') return;
  run.secret.dropExtraFiles();
  run.finished('install');
  run.steps.done('install', 'boot loader and system profile are set');
  run.enter('reboot');
}

/**
 * Looks for the new system until told to stop, and at who answers meanwhile: nixos-anywhere itself asks for no host key.
 * Only for a key that is new: without one nobody can tell who answers before they have logged in, and whoever may log in
 * to the new system may be a stranger to the old, which would come to shut this computer out.
 * Null: it was not seen, or what was seen is for the wait after this to judge.
 */
async function lookForNewSystem(run: InstallRun, signal: AbortSignal): Promise<Found | null> {
  try {
    return await waitForMachine(newSystem(run), {
      // nixos-anywhere is ended before, where nothing changes.
      limitMs: 2 * rebootLimitMs,
      signal,
      onRound: (refusals) => judgeRound(run, refusals, false),
    });
  } catch (error) {
    if (signal.aborted || error instanceof ProblemError) return null;
    throw error;
  }
}
