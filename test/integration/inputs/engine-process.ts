import { ORPCError } from '@orpc/server';
import { z } from 'zod';
import type { FleetId } from '../../../shared/contract/ids.ts';
import { inputChange, inputEdit } from '../../../shared/contract/inputs.ts';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import { engineAlone, openFleet } from '../../lab/engine-alone.ts';

/**
 * Does one thing (the second argument, JSON) with the inputs of the fleet at a path (the first), in an engine of its own
 * that ends afterwards, and prints the answer. What is tried is followed to its end.
 */
const request = z.discriminatedUnion('do', [
  z.object({ do: z.literal('plan'), edit: inputEdit }),
  z.object({ do: z.literal('try'), change: inputChange, build: z.boolean() }),
  z.object({ do: z.literal('edit'), edit: inputEdit }),
  z.object({ do: z.literal('proposals') }),
  z.object({ do: z.literal('accept'), jobId }),
  z.object({ do: z.literal('discard'), jobId }),
  z.object({ do: z.literal('compare'), jobId, host: hostName }),
]);

await using engine = await engineAlone();
const { client } = engine;

const opened = async (path: string): Promise<FleetId> => (await openFleet(client, path)).fleet.id;

async function follow(id: z.output<typeof jobId>): Promise<unknown> {
  for await (const event of await client.job.watch({ id })) void event;
  const { summary, problem, problems } = await client.job.show({ id });
  return { jobId: id, state: summary.state, problem, problems: problems.map((told) => told.problem) };
}

async function perform(path: string, asked: z.output<typeof request>): Promise<unknown> {
  const { inputs } = client;
  switch (asked.do) {
    case 'plan':
      return inputs.planEdit({ fleetId: await opened(path), edit: asked.edit });
    case 'try':
      return follow((await inputs.try({ fleetId: await opened(path), ...asked })).jobId);
    case 'edit': {
      const fleetId = await opened(path);
      const { hash } = await inputs.planEdit({ fleetId, edit: asked.edit });
      const change = { kind: 'edit' as const, edit: asked.edit, hash };
      return follow((await inputs.try({ fleetId, change, build: false })).jobId);
    }
    case 'proposals':
      return inputs.proposals({ fleetId: await opened(path) });
    case 'accept':
      return inputs.accept({ jobId: asked.jobId });
    case 'discard':
      return inputs.discard({ jobId: asked.jobId });
    case 'compare':
      return inputs.compare({ jobId: asked.jobId, host: asked.host });
  }
}

const [path = '', text = ''] = process.argv.slice(2);
const answer = await perform(path, request.parse(JSON.parse(text))).catch((error: unknown) => {
  if (error instanceof ORPCError && error.code === 'PROBLEM') return { problem: error.data as unknown };
  throw error;
});
console.log(JSON.stringify(answer));
