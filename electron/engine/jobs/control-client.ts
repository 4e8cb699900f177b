import { connect } from 'node:net';
import { ProblemError } from '../errors.ts';
import { controlReply, type ControlRequest } from './control-messages.ts';
import { runnerUnreachable } from './errors.ts';
import type { RunnerFile } from './job-folder.ts';

const TIMEOUT_MS = 10_000;

/**
 * Asks a runner for something and waits until it is done.
 * @throws ProblemError `runner-unreachable`, or the runner's own refusal
 */
export async function askRunner(runner: RunnerFile, request: ControlRequest): Promise<void> {
  if (runner.socket === null) throw runnerUnreachable('it never ran');
  const text = await exchange(runner.socket, `${JSON.stringify({ token: runner.token, request })}\n`);
  const reply = controlReply.safeParse(parse(text));
  if (!reply.success) throw runnerUnreachable(`it answered ${JSON.stringify(text)}`);
  if (!reply.data.ok) throw new ProblemError(reply.data.problem);
}

async function exchange(socket: string, line: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let received = '';
  const connection = connect(socket, () => connection.write(line));
  connection.setEncoding('utf8');
  connection.setTimeout(TIMEOUT_MS, () => connection.destroy(new Error('no answer')));
  connection.on('data', (text: string) => (received += text));
  connection.on('end', () => resolve(received));
  connection.on('error', (error) => reject(runnerUnreachable(error.message)));
  try {
    return await promise;
  } finally {
    connection.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
