import { workLimits, type WorkLimits } from '../../shared/contract/limits.ts';
import { wrongUsage } from './errors.ts';

/** `copies=2 builds=1`. @throws CommandFailed where it is something else */
export function readLimits(words: readonly string[]): Partial<WorkLimits> {
  const parts = words.map((word) => {
    const [, kind = '', number = ''] = /^([a-z]+)=(\d+)$/.exec(word) ?? [];
    return [kind, Number(number)] as const;
  });
  const limits = workLimits.partial().strict().safeParse(Object.fromEntries(parts));
  if (limits.success && words.length > 0) return limits.data;
  const kinds = Object.keys(workLimits.shape).join(', ');
  throw wrongUsage('This is no limit', words.join(' '), `Write KIND=N, N from 1 to 200, and KIND one of ${kinds}.`);
}
