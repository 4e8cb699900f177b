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

/** @param isSecret the answer may hold what no problem may tell. @throws ProblemError `nix-answer-unreadable` */
export function readJson<T>(text: string, what: string, schema: z.ZodType<T>, isSecret = false): T {
  const evidence = isSecret ? `${text.length} characters` : text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // What cannot be parsed is quoted by the error itself.
    throw answerUnreadable(what, evidence, isSecret ? new SyntaxError('no JSON') : error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw answerUnreadable(what, evidence, parsed.error);
  return parsed.data;
}
