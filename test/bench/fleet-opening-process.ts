import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { engineAlone } from '../lab/engine-alone.ts';
import { colmenaHive } from '../../electron/engine/fleet/kinds/colmena-hive.ts';

/**
 * Opens the fleet at `argv[2]` as often as `argv[3]` says, each time by evaluating it, in turns with one bare `nix eval`
 * of the same values, so that a busy minute of the machine does not hit one of them alone. Then opens it from the cache.
 * Prints the milliseconds of each as JSON. The engine's own start is no part of a figure.
 */
const [, , path = '', rounds = '1'] = process.argv;
await using engine = await engineAlone();
const { client } = engine;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function open(refresh: boolean): Promise<void> {
  for await (const event of await client.fleet.open({ path, refresh })) {
    if (event.type !== 'opened') continue;
    const { fleet, hosts } = event.view;
    const broken = hosts.filter((host) => host.problem !== null).length;
    if (fleet.fromCache === refresh || broken > 0) throw new Error(`${broken} broken, from cache: ${fleet.fromCache}`);
  }
}

const apply = `outputs: builtins.map (${colmenaHive.read} outputs) (${colmenaHive.names} outputs)`;
const argv = ['eval', '--json', '--no-write-lock-file', '--apply', apply, `git+file://${path}#.`];
const evaluated: number[] = [];
const bare: number[] = [];
const cached: number[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  evaluated.push(await timed(() => open(true)));
  bare.push(await timed(() => promisify(execFile)('nix', argv, { maxBuffer: 1 << 26 })));
}
for (let round = 0; round < Number(rounds); round += 1) cached.push(await timed(() => open(false)));
console.log(JSON.stringify({ evaluated, bare, cached }));
