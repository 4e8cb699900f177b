import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Bench } from '../../build/bench/bench.ts';
import { buildPage } from '../../build/page.ts';
import type { Contract } from '../../shared/contract/index.ts';
import type { JobDetail, JobEvent } from '../../shared/contract/job.ts';
import { hostName } from '../../shared/contract/ids.ts';
import {
  tokenFromFragment,
  tokenProtocolPrefix,
  webSocketPath,
  webSocketProtocol,
} from '../../shared/doors/web-socket.ts';
import { openFleet } from '../lab/engine-alone.ts';
import { commandLine, createLab, labAvailability, nodePath } from '../lab/index.ts';
import type { Lab } from '../lab/index.ts';
import { openListeningSocket } from '../lab/listening-socket.ts';

const mebibytes = 300;
const host = hostName.parse('receiver');
type Client = ContractRouterClient<Contract>;

/** The app's engine behind its browser door in the lab's controller, and a client of it out here, as a window is one. */
async function openApp(lab: Lab, until: AsyncDisposableStack): Promise<{ client: Client; enginePid: number }> {
  const listening = await openListeningSocket();
  const command = [nodePath, commandLine, 'serve'];
  const engine = lab.controller.spawn([...command, '--listen-fd', '3', '--no-open', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit', listening.fd],
  });
  listening[Symbol.dispose]();
  const exit = once(engine, 'exit');
  until.defer(async () => {
    engine.kill('SIGTERM');
    await exit;
  });
  if (!engine.stdout || engine.pid === undefined) throw new Error('the engine has no output');
  const [line] = z.tuple([z.string()]).parse(await once(createInterface({ input: engine.stdout }), 'line'));
  const { origin, host: address, hash } = new URL(z.object({ url: z.string() }).parse(JSON.parse(line)).url);
  const protocols = [webSocketProtocol, `${tokenProtocolPrefix}${tokenFromFragment(hash) ?? ''}`];
  const socket = new WebSocket(`ws://${address}${webSocketPath}`, protocols, { origin });
  await once(socket, 'open');
  until.defer(() => socket.close());
  // ws declares its own event types; the link uses the part that both have.
  return { client: createORPCClient<Client>(new RPCLink({ websocket: socket })), enginePid: nodeBelow(engine.pid) };
}

/** Entering a namespace leaves programs around the one that was asked for: the innermost child of a process. */
function nodeBelow(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  const [child] = children;
  return child === undefined ? pid : nodeBelow(Number(child));
}

/** Milliseconds of a core that a process has used; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Follows a job to its end, trusting hosts that are seen first. `onBatch` is what a window would have to draw. */
async function follow(
  client: Client,
  id: JobDetail['summary']['id'],
  onBatch: (events: readonly JobEvent[]) => void = () => {},
): Promise<void> {
  for await (const update of await client.job.watch({ id })) {
    const events = update.type === 'events' ? update.events : [];
    onBatch(events);
    const prompt = update.type === 'snapshot' ? update.job.summary.pendingPrompt : null;
    const asked = events.flatMap((event) => (event.type === 'prompt' ? [event.prompt] : prompt ? [prompt] : []));
    for (const { id: promptId } of asked) await client.job.answer({ id, promptId, answer: 'yes' });
    const end = events.find((event) => event.type === 'finished');
    if (end?.type === 'finished' && end.state !== 'succeeded') {
      throw new Error(`the job ended as ${end.state}: ${JSON.stringify(end.problem)}`);
    }
  }
}

export default {
  name: `a copy of ${mebibytes} MiB, as the window sees it`,
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run() {
    // The door refuses to serve without one.
    await buildPage();
    await using until = new AsyncDisposableStack();
    const lab = until.use(await createLab({ name: 'bench' }));
    await lab.up([host]);
    const { path } = await lab.fleet('plain', {
      config: { [host]: `environment.etc."big".source = pkgs.payload ${mebibytes};` },
    });
    const { client, enginePid } = await openApp(lab, until);
    const fleetId = (await openFleet(client, path)).fleet.id;
    // Built before, so that what is measured is the copy.
    await follow(client, (await client.deploy.start({ fleetId, hosts: [host], goal: 'build' })).jobId);

    const updates: number[] = [];
    let copy: { startedAt: number; cpu: number } | null = null;
    let measured: { seconds: number; cpu: number } | null = null;
    const { jobId } = await client.deploy.start({ fleetId, hosts: [host], goal: 'push' });
    await follow(client, jobId, (events) => {
      const now = performance.now();
      if (copy !== null && measured === null) updates.push(now);
      for (const event of events) {
        if (event.type !== 'step' || event.step.stage !== 'copy') continue;
        if (event.step.state === 'running') copy ??= { startedAt: now, cpu: cpuMs(enginePid) };
        if (event.step.state === 'done' && copy !== null) {
          measured ??= { seconds: (now - copy.startedAt) / 1000, cpu: cpuMs(enginePid) - copy.cpu };
        }
      }
    });
    const { seconds, cpu } = z.object({ seconds: z.number().positive(), cpu: z.number() }).parse(measured);
    // The busiest second, wherever it begins.
    const busiest = Math.max(
      0,
      ...updates.map((from) => updates.filter((at) => at >= from && at < from + 1000).length),
    );
    return [
      {
        name: `updates for the window while ${mebibytes} MiB are copied`,
        value: busiest,
        unit: 'in the busiest second',
        atMost: 60,
        detail: `${updates.length} in ${seconds.toFixed(1)} s`,
      },
      {
        name: 'the engine meanwhile',
        value: cpu / (seconds * 10),
        unit: '% of a core',
        atMost: 20,
        detail: `${cpu} ms in ${seconds.toFixed(1)} s`,
      },
    ];
  },
} satisfies Bench;
