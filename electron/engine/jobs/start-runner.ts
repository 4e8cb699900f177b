import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { nodeExecutable, runnerProgram } from '../runtime.ts';
import type { JobFolder } from './job-folder.ts';

/**
 * Starts a job's runner in a session of its own, so that neither the end of this process nor a Ctrl-C in its terminal
 * reaches it. `onEnd` hears when it ended, or why it never started.
 */
export function startRunner(folder: JobFolder, kindsModule: string | null, onEnd: (reason: string) => void): void {
  const log = openSync(folder.runnerLog, 'a', 0o600);
  try {
    const runner = spawn(
      nodeExecutable(),
      [
        '--disable-warning=ExperimentalWarning',
        runnerProgram(),
        folder.path,
        ...(kindsModule === null ? [] : [kindsModule]),
      ],
      { detached: true, windowsHide: true, stdio: ['ignore', log, log], cwd: folder.path, env: runnerEnvironment() },
    );
    runner.on('error', (error) => onEnd(error.message));
    runner.on('exit', (code, signal) => onEnd(`The process ended with ${signal ?? `exit code ${code}`}.`));
    runner.unref();
  } finally {
    closeSync(log);
  }
}

/** Options meant for this process's Node are not meant for the runner's. */
function runnerEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...rest } = process.env;
  return rest;
}
