import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { nodeExecutable, runnerProgram } from '../runtime.ts';
import type { JobFolder } from './job-folder.ts';
import { identify } from './process-identity.ts';

interface RunnerStart {
  readonly folder: JobFolder;
  /** A module with other kinds than the product's. */
  readonly kindsModule: string | null;
  /** Where Node keeps compiled code, unless the environment says so: a runner is up in half the time. */
  readonly compileCache: string;
  /** Hears when the runner ended, or why it never began. */
  readonly onEnd: (reason: string) => void;
}

/**
 * Starts a job's runner in a session of its own, so that neither the end of this process nor a Ctrl-C in its terminal
 * reaches it.
 */
export function startRunner({ folder, kindsModule, compileCache, onEnd }: RunnerStart): void {
  const words = [folder.path, ...(kindsModule === null ? [] : [kindsModule])];
  try {
    const log = openSync(folder.runnerLog, 'a', 0o600);
    try {
      const runner = spawn(nodeExecutable(), ['--disable-warning=ExperimentalWarning', runnerProgram(), ...words], {
        detached: true,
        windowsHide: true,
        stdio: ['ignore', log, log],
        cwd: folder.path,
        env: runnerEnvironment(compileCache),
      });
      runner.on('error', (error) => onEnd(error.message));
      runner.on('exit', (code, signal) => onEnd(`The process ended with ${signal ?? `exit code ${code}`}.`));
      runner.unref();
      // Until it has taken the job by itself, this is how others know that somebody will.
      if (runner.pid !== undefined) folder.writeStarting(identify(runner.pid));
    } finally {
      closeSync(log);
    }
  } catch (error) {
    onEnd(error instanceof Error ? error.message : String(error));
  }
}

/** Options meant for this process's Node are not meant for the runner's. */
function runnerEnvironment(compileCache: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...rest } = process.env;
  return { NODE_COMPILE_CACHE: compileCache, ...rest };
}
