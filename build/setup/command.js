// @ts-check
import { spawn, spawnSync } from 'node:child_process';

/** A program that set-up depends on ended with an error. */
export class CommandError extends Error {
  /**
   * @param {readonly string[]} argv
   * @param {string} reason
   */
  constructor(argv, reason) {
    super(`${argv.join(' ')}\n${reason}`);
    this.name = 'CommandError';
  }
}

/**
 * Runs a program whose output a person may see: it goes to stderr as it comes.
 * @param {readonly [string, ...string[]]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<void>} rejects with {@link CommandError} unless it exits with 0
 */
export function run(argv, options = {}) {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 2, 2] });
    child.on('error', (error) => reject(new CommandError(argv, error.message)));
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new CommandError(argv, signal ? `ended by ${signal}` : `exit status ${code}`)),
    );
  });
}

/**
 * The standard output of a short command; null where it is missing or fails.
 * @param {readonly [string, ...string[]]} argv
 * @param {NodeJS.ProcessEnv} [env]
 */
export function outputOf(argv, env) {
  const [program, ...args] = argv;
  const result = spawnSync(program, args, { encoding: 'utf8', env: env ?? process.env, timeout: 60_000 });
  return result.status === 0 ? result.stdout : null;
}
