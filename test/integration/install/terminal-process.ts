import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { readProcess } from '../../../electron/engine/jobs/process-identity.ts';
import { jobId } from '../../../shared/contract/ids.ts';
import { terminalSize } from '../../../shared/contract/terminal.ts';
import { engineAlone } from '../../lab/engine-alone.ts';
import { FollowedTerminal } from '../terminals/followed-terminal.ts';

/**
 * Opens a terminal on the machine of an install as the window does, and does there what it is told on standard input, so
 * that nothing of it is an argument. Then it is closed, unless it has ended. Prints what was seen.
 */
const step = z.union([
  z.object({ shows: z.string() }),
  z.object({ type: z.string() }),
  z.object({ resize: terminalSize }),
  z.object({ ends: z.literal(true) }),
]);
const request = z.object({ jobId, size: terminalSize, steps: z.array(step) });
let input = '';
for await (const piece of process.stdin.setEncoding('utf8')) input += String(piece);
const { jobId: id, size, steps } = request.parse(JSON.parse(input));

/** The command lines of what this process has started and is still there. */
function children(): string[] {
  const own = readdirSync('/proc').filter((name) => readProcess(Number(name) || 0)?.parent === process.pid);
  return own.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim());
}

await using engine = await engineAlone();
const { terminal: procedures } = engine.client;
const closing = new AbortController();
const terminal = new FollowedTerminal(
  procedures.open({ jobId: id, ...size }, { signal: closing.signal }),
  (terminalId, length) => procedures.drawn({ id: terminalId, length }),
);
// What is not shown by then never will be: the error has what is.
setTimeout(() => closing.abort(), 45_000).unref();
const opened = await terminal.id();
for (const each of steps) {
  if ('shows' in each) await terminal.shows(new RegExp(each.shows));
  else if ('type' in each) await procedures.write({ id: opened, text: each.type });
  else if ('resize' in each) await procedures.resize({ id: opened, ...each.resize });
  else await terminal.over;
}
const programs = children();
closing.abort();
const end = await terminal.over;
console.log(JSON.stringify({ place: await terminal.place(), programs, text: terminal.text, end, left: children() }));
