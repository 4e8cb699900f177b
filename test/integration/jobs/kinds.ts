import { z } from 'zod';
import { hostName } from '../../../shared/contract/ids.ts';
import { hostOutcome, stage, stepState } from '../../../shared/contract/job.ts';
import { jobKind, type JobKinds } from '../../../electron/engine/jobs/kind.ts';
import type { JobContext, JobResult } from '../../../electron/engine/jobs/context.ts';

const terminal = z.enum(['all', 'questions', 'none']).default('all');
const host = hostName.nullable().default(null);
const action = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('run'),
    argv: z.tuple([z.string()], z.string()),
    host,
    env: z.record(z.string(), z.string()).default({}),
    followsWindow: z.boolean().default(false),
    isLogged: z.boolean().default(true),
    terminal,
    isAfterCancel: z.boolean().default(false),
  }),
  z.object({ do: z.literal('log'), text: z.string(), host }),
  z.object({ do: z.literal('note'), text: z.string() }),
  z.object({ do: z.literal('step'), host: hostName, stage, state: stepState }),
  /** The answer's length is told, never the answer. */
  z.object({ do: z.literal('ask'), text: z.string(), host }),
  /** Types the environment variable's value when the program asks with this text. */
  z.object({
    do: z.literal('converse'),
    argv: z.tuple([z.string()], z.string()),
    when: z.string(),
    reply: z.string(),
    terminal,
  }),
  z.object({ do: z.literal('throw'), text: z.string() }),
  z.object({ do: z.literal('outcome'), host: hostName, outcome: hostOutcome }),
  /** An outcome that is known before the job is over. */
  z.object({ do: z.literal('early-outcome'), host: hostName, outcome: hostOutcome }),
]);
const spec = z.object({
  actions: z.array(action),
  /** What is done when the actions were cut off by a cancellation. */
  afterCancel: z.array(action).default([]),
});
type Action = z.infer<typeof action>;

/** A job that does what its spec says, to try jobs themselves. */
async function play(context: JobContext, { actions, afterCancel }: z.infer<typeof spec>): Promise<JobResult> {
  const result: JobResult & { outcomes: Map<z.infer<typeof hostName>, z.infer<typeof hostOutcome>> } = {
    state: 'succeeded',
    outcomes: new Map(),
    problem: null,
  };
  try {
    for (const each of actions) await perform(context, each, result);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    for (const each of afterCancel) await perform(context, each, result);
    result.state = 'cancelled';
  }
  return result;
}

async function perform(context: JobContext, each: Action, result: Awaited<ReturnType<typeof play>>): Promise<void> {
  switch (each.do) {
    case 'run': {
      const heard: string[] = [];
      const ended = await context.run({ ...each, stage: 'build', onOutput: (text) => heard.push(text) });
      if (!each.isLogged) context.emit({ type: 'note', text: heard.join('').trim() });
      if (ended.exitCode !== 0) result.state = 'failed';
      return;
    }
    case 'converse': {
      let heard = '';
      await context.run({
        host: null,
        stage: 'build',
        argv: each.argv,
        terminal: each.terminal,
        onOutput: (text, reply) => {
          heard += text;
          if (!heard.includes(each.when)) return;
          heard = '';
          reply(`${each.reply}\r`);
        },
      });
      return;
    }
    case 'log':
      return context.log(each.host, each.text);
    case 'note':
      return context.emit({ type: 'note', text: each.text });
    case 'step': {
      const now = Date.now();
      const isOver = each.state !== 'waiting' && each.state !== 'running';
      return context.emit({
        type: 'step',
        step: {
          host: each.host,
          stage: each.stage,
          state: each.state,
          done: 0,
          total: 0,
          unit: 'steps',
          bytesPerSecond: null,
          note: '',
          startedAt: each.state === 'waiting' ? null : now,
          endedAt: isOver ? now : null,
        },
      });
    }
    case 'ask': {
      const question = { host: each.host, text: each.text, fingerprint: null, knownFingerprint: null };
      const answer = await context.ask({ kind: 'password', ...question });
      return context.emit({ type: 'note', text: `an answer of ${answer.length} characters` });
    }
    case 'throw':
      throw new Error(each.text);
    case 'outcome':
      result.outcomes = new Map(result.outcomes).set(each.host, each.outcome);
      return;
    case 'early-outcome':
      context.emit({ type: 'outcome', host: each.host, outcome: each.outcome });
      result.outcomes = new Map(result.outcomes).set(each.host, each.outcome);
      return;
  }
}

export const kinds: JobKinds = { play: jobKind(spec, play) };
