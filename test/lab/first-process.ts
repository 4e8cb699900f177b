import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startGroup } from './run-command.ts';

/** A long-lived process of the lab that reports itself in lines on stdout ("pid 12", "ready"). */
export interface FirstProcess {
  child: ChildProcess;
  /** The line that begins with this word, without the word. Rejected when the process ends first. */
  said(word: string): Promise<string>;
  /** Exit code, or null after a signal. */
  ended: Promise<number | null>;
}

/**
 * Starts a process that cannot outlive this one: the kernel kills it when we end in whatever way, and with it the
 * namespaces that it holds, their mounts and their network devices.
 */
export function startFirstProcess(argv: readonly string[]): FirstProcess {
  const child = startGroup(['setpriv', '--pdeathsig', 'KILL', ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  let errors = '';
  let over: Error | null = null;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
  child.stdin?.on('error', () => {});
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const word = line.split(' ', 1)[0] ?? '';
      waiting.get(word)?.resolve(line.slice(word.length + 1));
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      over = new Error(`${argv.join(' ')} ended early\n${errors}`);
      for (const { reject: fail } of waiting.values()) fail(over);
      resolve(exitCode);
    });
  });
  const said = (word: string): Promise<string> => {
    const line = lines.find((candidate) => candidate === word || candidate.startsWith(`${word} `));
    if (line !== undefined) return Promise.resolve(line.slice(word.length + 1));
    if (over !== null) return Promise.reject(over);
    const entry = waiting.get(word) ?? Promise.withResolvers<string>();
    waiting.set(word, entry);
    return entry.promise;
  };
  return { child, said, ended };
}
