/**
 * A lab for a person: `npm run lab -- up 3`, then `npm start -- DIR` in the same terminal. It runs in the background
 * until `down`.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { labAvailability } from './availability.ts';
import { startPractice } from './practice.ts';
import { enterLabMachine, runningLabs, type RunningLab } from './running.ts';

const usage = `Usage:
  npm run lab -- up [N]             start N machines (3) and write a fleet of them
  npm run lab -- shell HOST|ctl     a shell on a machine, or where the fleet's owner sits
  npm run lab -- run -- COMMAND...  run something where the fleet's owner sits
  npm run lab -- down               take everything away
`;

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({ type: z.literal('ready'), fleetPath: z.string(), hosts: z.array(z.string()) }),
  z.object({ type: z.literal('failed'), text: z.string() }),
]);
type Message = z.infer<typeof message>;

/** The lab that `up` started; labs of tests have other names. */
function practiceLab(): RunningLab | undefined {
  return runningLabs().find(({ shared }) => shared.includes('/practice-'));
}

function fail(text: string, exitCode = 1): never {
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

function running(): RunningLab {
  return practiceLab() ?? fail('No lab is running. Start one: npm run lab -- up 3');
}

function tellHowToOpen(fleetPath: string): void {
  console.log(`
The fleet is in ${fleetPath}

  npm start -- ${fleetPath}
  npm run cli -- fleet show ${fleetPath}
  npm run lab -- shell ctl
  npm run lab -- down`);
}

async function up(count: number): Promise<void> {
  const lab = practiceLab();
  if (lab !== undefined) {
    console.log('A lab is running already.');
    return tellHowToOpen(`${lab.shared}/fleets/homelab`);
  }
  const availability = await labAvailability();
  if (!availability.available) fail(`The lab cannot run here: ${availability.reason}.`);
  const keeper = fork(import.meta.filename, ['keep', String(count)], { detached: true, stdio: 'ignore' });
  const gone = once(keeper, 'exit').then(() => fail('The lab ended while it started.'));
  const ready = new Promise<void>((resolve) => {
    keeper.on('message', (raw) => {
      const said = message.parse(raw);
      if (said.type === 'progress') return console.log(said.text);
      if (said.type === 'failed') fail(said.text);
      console.log(`Running: ${said.hosts.join(', ')}`);
      tellHowToOpen(said.fleetPath);
      resolve();
    });
  });
  await Promise.race([ready, gone]);
  keeper.disconnect();
  keeper.unref();
}

/** The background process that holds the lab until it gets a signal. */
async function keep(count: number): Promise<void> {
  const tell = (said: Message): void => {
    if (process.connected) process.send?.(said);
  };
  const homely = ['gateway', 'nas', 'compute'];
  const names = Array.from({ length: count }, (_, index) => homely[index] ?? `machine-${index + 1}`);
  try {
    const practice = await startPractice((text) => tell({ type: 'progress', text }), names);
    const hosts = practice.lab.hosts.map(({ name, address }) => `${name} (${address})`);
    tell({ type: 'ready', fleetPath: practice.fleetPath, hosts });
    const stay = setInterval(() => {}, 2 ** 30);
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), once(process, 'SIGHUP')]);
    clearInterval(stay);
    await practice[Symbol.asyncDispose]();
    process.exit(0);
  } catch (error) {
    tell({ type: 'failed', text: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
}

async function down(): Promise<void> {
  const lab = running();
  process.kill(lab.ownerPid, 'SIGTERM');
  while (existsSync(lab.machines)) await pause(20);
  console.log('The lab is gone.');
}

/** Replaces this program as far as Node can: same terminal, same exit status. */
function hand(prefix: readonly string[] | null, command: readonly string[], name: string): void {
  if (prefix === null) fail(`The lab has no machine "${name}".`);
  const [program = '', ...rest] = [...prefix, ...command];
  process.on('SIGINT', () => {});
  process.exitCode = spawnSync(program, rest, { stdio: 'inherit' }).status ?? 1;
}

const [verb, ...words] = process.argv.slice(2);
if (verb === 'up' || verb === 'keep') {
  const count = Number(words[0] ?? 3);
  if (!Number.isInteger(count) || count < 1 || count > 100) fail(usage, 2);
  await (verb === 'up' ? up(count) : keep(count));
} else if (verb === 'down') {
  await down();
} else if (verb === 'shell' && words[0] !== undefined) {
  const lab = running();
  const folder = words[0] === 'ctl' ? `${lab.shared}/fleets/homelab` : '/root';
  hand(enterLabMachine(lab, words[0], folder), ['bash', '-l'], words[0]);
} else if (verb === 'run' && words.length > 0) {
  const lab = running();
  const command = words[0] === '--' ? words.slice(1) : words;
  hand(enterLabMachine(lab, 'ctl', `${lab.shared}/fleets/homelab`), command, 'ctl');
} else {
  process.stderr.write(usage);
  process.exitCode = verb === undefined || verb === '--help' ? 0 : 2;
}
