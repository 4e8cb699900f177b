import { z } from 'zod';
import { problem } from '../../../shared/contract/problem.ts';
import { engineAlone, openFleet } from '../../lab/engine-alone.ts';

/**
 * Looks at the health of hosts of the fleet at a path (the first argument), or marks, compares or deletes their generations, one
 * call after the other in one engine, as the window does. The calls are the standard input, so that no password is an argument.
 * Prints what each came to: problems by their codes, checks by their states, deleting by its job.
 */
const call = z.object({
  host: z.string(),
  mark: z.int().optional(),
  compare: z.tuple([z.int(), z.int()]).optional(),
  remove: z.array(z.int()).optional(),
  password: z.string().optional(),
});
let text = '';
for await (const piece of process.stdin.setEncoding('utf8')) text += String(piece);

await using engine = await engineAlone();
const { client } = engine;
const { fleet, hosts } = await openFleet(client, process.argv[2] ?? '');
const fleetId = fleet.id;
const said: unknown[] = [];
for (const { host: name, mark, compare, remove, password } of z.array(call).parse(JSON.parse(text))) {
  const host = hosts.find((each) => each.name === name)?.name;
  if (host === undefined) throw new Error(`the fleet has no ${name}`);
  if (mark !== undefined) {
    const request = { fleetId, host, number: mark, isProtected: true, sudoPassword: password };
    said.push(
      await client.deploy.protectGeneration(request).then(
        () => 'marked',
        (error: unknown) => problem.parse(error instanceof Error && 'data' in error ? error.data : error).code,
      ),
    );
    continue;
  }
  if (compare !== undefined) {
    const [before, after] = compare;
    said.push(await client.deploy.compareGenerations({ fleetId, host, before, after }));
    continue;
  }
  if (remove !== undefined) {
    said.push((await client.deploy.deleteGenerations({ fleetId, hosts: [{ host, numbers: remove }] })).jobId);
    continue;
  }
  const sudoPasswords = password === undefined ? undefined : { [host]: password };
  for await (const answer of await client.deploy.health({ fleetId, hosts: [host], sudoPasswords })) {
    said.push([answer.problem?.code ?? 'well', ...answer.results.map(({ state }) => state)]);
  }
}
console.log(JSON.stringify({ said, jobs: await client.job.list({}) }));
