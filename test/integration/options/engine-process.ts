import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { engineAlone, openFleet } from '../../lab/engine-alone.ts';

/**
 * Opens the fleet at a path (the first argument) in an engine of its own, has its options read, and asks about them (the
 * second, JSON). Prints what it was told. With `breakOffAt` it leaves the reading when that file is there.
 */
const path = z.array(z.string().nullable());
const request = z.object({
  breakOffAt: z.string().nullable().default(null),
  complete: z.array(z.object({ path, prefix: z.string() })).default([]),
  describe: z.array(path).default([]),
});
const [folder = '', text = '{}'] = process.argv.slice(2);
const asked = request.parse(JSON.parse(text));

await using engine = await engineAlone();
const { client } = engine;

const fleetId = (await openFleet(client, folder)).fleet.id;
const states: unknown[] = [];
for await (const state of await client.options.watch({ fleetId })) {
  states.push(state);
  if (asked.breakOffAt === null) continue;
  while (!existsSync(asked.breakOffAt)) await setTimeout(20);
  break;
}
const complete = await Promise.all(asked.complete.map((each) => client.options.complete({ fleetId, ...each })));
const describe = await Promise.all(asked.describe.map((each) => client.options.describe({ fleetId, path: each })));
console.log(JSON.stringify({ states, complete, describe }));
