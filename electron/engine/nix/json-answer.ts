import type { z } from 'zod';
import { answerUnreadable, nixError } from './errors.ts';
import { captureNix, type NixCapture } from './run.ts';

/**
 * Asks nix a question whose answer is JSON. `what`: of what the answer tells, for the message that it is unreadable.
 * @throws ProblemError; the signal's reason when it aborts
 */
export async function askNix<T>(request: NixCapture, what: string, schema: z.ZodType<T>): Promise<T> {
  const result = await captureNix({ timeLimitMs: 2 * 60 * 1000, ...request });
  if (result.exit.code !== 0 || result.endedBy !== undefined) throw nixError({ ...result, verb: 'query' });
  return readJson(result.stdout, what, schema);
}

/** @throws ProblemError `nix-answer-unreadable` */
export function readJson<T>(text: string, what: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw answerUnreadable(what, text, error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw answerUnreadable(what, text, parsed.error);
  return parsed.data;
}
