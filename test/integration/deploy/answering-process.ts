import { z } from 'zod';
import { engineName, goal } from '../../../shared/contract/deploy.ts';
import { hostName } from '../../../shared/contract/ids.ts';
import { engineAlone, openFleet } from '../../lab/engine-alone.ts';

/**
 * Deploys hosts of the fleet at a path (the first argument) as the window does and gives these answers, in turn, to the
 * passwords that the job asks for. The request is the standard input, so that no answer is an argument. Prints what was
 * asked and what became of the hosts.
 */
const request = z.object({
  hosts: z.array(hostName),
  answers: z.array(z.string()),
  engine: engineName.optional(),
  goal: goal.default('switch'),
});
let text = '';
for await (const piece of process.stdin.setEncoding('utf8')) text += String(piece);
const { hosts, answers, engine: deployedWith, goal: wanted } = request.parse(JSON.parse(text));

await using engine = await engineAlone();
const { client } = engine;
const { fleet } = await openFleet(client, process.argv[2] ?? '');
const { jobId: id } = await client.deploy.start({ fleetId: fleet.id, hosts, goal: wanted, engine: deployedWith });
const questions: string[] = [];
const asked = new Set<string>();
for await (const event of await client.job.watch({ id })) {
  const prompt = (event.type === 'snapshot' ? event.job.summary : event.summary).pendingPrompt;
  if (prompt === null || asked.has(prompt.id)) continue;
  asked.add(prompt.id);
  if (prompt.kind === 'password') questions.push(prompt.text);
  const answer = prompt.kind === 'password' ? (answers.shift() ?? '') : 'yes';
  await client.job.answer({ id, promptId: prompt.id, answer });
}
const { outcomes } = await client.job.show({ id });
console.log(JSON.stringify({ job: id, questions, outcomes }));
