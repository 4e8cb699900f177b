import { expect, test } from 'vitest';
import { JobCancelled, type NewJobEvent } from '../../../../electron/engine/jobs/context.ts';
import { Prompts } from '../../../../electron/engine/jobs/prompts.ts';

const question = (text: string) => ({
  ...{ kind: 'confirm' as const, host: null, text, fingerprint: null, knownFingerprint: null },
});

/** Prompts with what they showed: `? text` for a question, `.` for one that is over. */
function witnessed(signal: AbortSignal = new AbortController().signal) {
  const shown: string[] = [];
  const ids: string[] = [];
  const emit = (event: NewJobEvent): void => {
    if (event.type === 'prompt') ids.push(event.prompt.id);
    shown.push(event.type === 'prompt' ? `? ${event.prompt.text}` : '.');
  };
  return { prompts: new Prompts(emit, signal), shown, ids };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('questions that come together are shown one after the other, and each gets its own answer', async () => {
  const { prompts, shown, ids } = witnessed();
  const [first, second] = [prompts.ask(question('a')), prompts.ask(question('b'))];
  await settled();
  expect(shown).toEqual(['? a']);
  expect(prompts.answer(ids[0] ?? '', 'one')).toBe(true);
  expect(await first).toBe('one');
  await settled();
  expect(shown).toEqual(['? a', '.', '? b']);
  expect(prompts.answer(ids[0] ?? '', 'late')).toBe(false);
  expect(prompts.answer(ids[1] ?? '', 'two')).toBe(true);
  expect(await second).toBe('two');
});

test('a cancellation ends the open question and those that wait behind it', async () => {
  const cancellation = new AbortController();
  const { prompts, shown, ids } = witnessed(cancellation.signal);
  const asked = [prompts.ask(question('a')), prompts.ask(question('b'))];
  const results = Promise.allSettled(asked);
  await settled();
  cancellation.abort();
  const cancelled = { status: 'rejected', reason: new JobCancelled() };
  expect(await results).toEqual([cancelled, cancelled]);
  expect(shown).toEqual(['? a', '.']);
  expect(prompts.answer(ids[0] ?? '', 'late')).toBe(false);
});
