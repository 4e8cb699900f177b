import { engineAlone, openFleet } from '../lab/engine-alone.ts';

/**
 * Opens the fleet at `argv[2]`, waits until its options are known, and asks about them. Prints as JSON the milliseconds
 * until they were known and of each answer, how many there are, and the MB by which the process grew for them.
 */
const [, , path = ''] = process.argv;
await using engine = await engineAlone();
const { client } = engine;

const fleetId = (await openFleet(client, path)).fleet.id;
const before = process.memoryUsage.rss();
const startedAt = performance.now();
let count = 0;
for await (const state of await client.options.watch({ fleetId })) {
  if (state.state === 'absent') throw new Error(JSON.stringify(state.problem));
  if (state.state === 'ready') count = state.count;
}
const known = performance.now() - startedAt;
const grown = (process.memoryUsage.rss() - before) / 1e6;

const answers: number[] = [];
for (let round = 0; round < 50; round += 1) {
  for (const [names, prefix] of [
    [[], ''],
    [['services'], ''],
    [['services'], 'service-4'],
    [['services', 'service-400', 'virtualHosts', 'any.example'], ''],
  ] as const) {
    const askedAt = performance.now();
    const { names: found } = await client.options.complete({ fleetId, path: [...names], prefix });
    answers.push(performance.now() - askedAt);
    if (found.length === 0) throw new Error(`nothing below ${names.join('.')}`);
  }
}
const described = ['services', 'service-400', 'virtualHosts', 'any.example', 'port'];
const facts = await client.options.describe({ fleetId, path: described });
if (facts?.type !== 'signed integer') throw new Error(JSON.stringify(facts));
console.log(JSON.stringify({ known, grown, count, answers }));
