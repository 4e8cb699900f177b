import { spawn } from 'node:child_process';
import { root } from '../places.ts';

export interface CommandOutcome {
  readonly exitCode: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

export interface CommandOptions {
  /** Default: the project's folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Hears the output as it comes, too. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a program with an argument vector and keeps what it says. */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  { cwd = root, env = {}, onOutput = () => {} }: CommandOptions = {},
): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (chunk: string) => {
      output += chunk;
      onOutput(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      // Somebody or something ended it: without this line, its failure would have no reason.
      if (signal !== null) take(`\n${program} ${args[0] ?? ''} was ended by ${signal}\n`);
      resolve({ exitCode, output });
    });
  });
}
