import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Bench } from '../../build/bench/bench.ts';
import { JobFolder } from '../../electron/engine/jobs/job-folder.ts';
import { identify } from '../../electron/engine/jobs/process-identity.ts';
import { Terminal } from '../../electron/engine/jobs/terminal.ts';
import type { Contract } from '../../shared/contract/index.ts';
import { jobId, type JobId } from '../../shared/contract/ids.ts';
import type { LogChunk } from '../../shared/contract/job.ts';
import type { Home } from '../../electron/engine/home.ts';
import { TestEngine, temporaryHome } from '../integration/jobs/engine.ts';

const LINES = 200_000;
const line = (number: number): string =>
  `${String(number).padStart(6, '0')} building '/nix/store/0000000000000000000000000000000-a-package-1.2.3.drv'\n`;

/** A job of yesterday whose own log has all the lines. */
function finishedJob(home: Home): JobId {
  const id = jobId.parse('20260101-000000-abcdef');
  const folder = new JobFolder(join(home.jobs, id));
  const queuedBy = identify(process.pid);
  const what = { version: 1, id, kind: 'bench', title: 'Bench', spec: {}, fleetId: null, hosts: [] } as const;
  folder.create({ ...what, hosts: [], queuedAt: 1, after: [], queuedBy });
  writeFileSync(folder.events, '{"seq":0,"at":2,"type":"finished","state":"succeeded","problem":null}\n');
  writeFileSync(folder.log(null), Array.from({ length: LINES }, (_, number) => line(number)).join(''));
  return id;
}

/** Reads a log to its end: how many lines came, and how many seconds it took. */
async function readAll(log: AsyncIterable<LogChunk>): Promise<{ lines: number; seconds: number }> {
  const startedAt = performance.now();
  let lines = 0;
  for await (const { text } of log)
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  if (lines < LINES) throw new Error(`only ${lines} lines came`);
  return { lines, seconds: (performance.now() - startedAt) / 1000 };
}

/** Megabytes of memory that a process has (`VmRSS`), or had at most since it was asked to count anew (`VmHWM`). */
function memoryOf(child: ChildProcess, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** Through the browser door, by a client in this process, from an engine in another. */
async function throughTheDoor() {
  using home = temporaryHome();
  const id = finishedJob(home);
  const program = join(import.meta.dirname, 'log-door-process.ts');
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, NIXSTEAD_HOME: home.root },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const told = z
      .tuple([z.instanceof(Buffer)])
      .parse(await once(child.stdout, 'data'))[0]
      .toString();
    const { port, token } = z.object({ port: z.int(), token: z.string() }).parse(JSON.parse(told));
    const origin = `http://127.0.0.1:${port}`;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, ['nixstead.1', `token.${token}`], { origin });
    await once(socket, 'open');
    // ws declares its own event types; the link uses the part that both have.
    const link = new RPCLink({ websocket: socket });
    const client = createORPCClient<ContractRouterClient<Contract>>(link);
    await client.job.list({});
    const before = memoryOf(child, 'VmRSS');
    writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
    const { lines, seconds } = await readAll(await client.job.log({ id, host: null }));
    const growth = memoryOf(child, 'VmHWM') - before;
    socket.close();
    return { lines, seconds, before, growth };
  } finally {
    const exit = once(child, 'exit');
    child.kill();
    await exit;
  }
}

const program: [string, ...string[]] = ['seq', '-f', line(0).replace('000000', '%06.0f').trim(), `${LINES}`];

/** While a program writes them to its terminal, through runner, file and engine. */
async function live() {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'run', argv: program }]);
  await engine.until(id, (job) => job.summary.startedAt !== null);
  return await readAll(engine.jobs.log({ id, host: null }));
}

/** The same program on a terminal whose output is thrown away. */
async function bareTerminal(): Promise<{ seconds: number }> {
  const startedAt = performance.now();
  const terminal = new Terminal({
    argv: program,
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'] ?? '' },
    columns: 120,
    rows: 30,
    onBytes: () => undefined,
  });
  await terminal.ended;
  return { seconds: (performance.now() - startedAt) / 1000 };
}

export default {
  name: '200,000 lines of a log',
  whyNot: async () => (process.platform === 'linux' ? null : 'memory is read from /proc'),
  async run() {
    const door = await throughTheDoor();
    const bare = await bareTerminal();
    const terminal = await live();
    return [
      {
        name: 'log lines through the browser door',
        value: door.lines / door.seconds,
        unit: 'lines/s',
        atLeast: 100_000,
        detail: `${door.lines} lines in ${door.seconds.toFixed(2)} s`,
      },
      {
        name: 'memory that the engine took for them',
        value: door.growth,
        unit: 'MB',
        atMost: 50,
        detail: `from ${door.before.toFixed(0)} MB`,
      },
      {
        name: 'log lines while a program writes them, against its bare terminal',
        value: terminal.seconds / bare.seconds,
        unit: 'x',
        atMost: 2.5,
        detail: `${terminal.seconds.toFixed(2)} s against ${bare.seconds.toFixed(2)} s`,
      },
    ];
  },
} satisfies Bench;
