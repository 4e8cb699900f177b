import { z } from 'zod';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import { outputUnreadable } from './errors.ts';
import type { Evaluator } from './evaluator.ts';
import type { Kind } from './kinds/kind.ts';

/** The hosts of one kind, by name. */
export interface FoundKind {
  readonly kind: Kind;
  readonly names: readonly string[];
}

export interface Detection {
  readonly kinds: readonly FoundKind[];
  /** Names of all outputs, for the message that none of them holds hosts. */
  readonly outputs: readonly string[];
  /** Outputs that cannot be read while others can. */
  readonly problems: readonly Problem[];
}

const names = z.array(z.string()).nullable();
const answer = z.object({ outputs: z.array(z.string()), kinds: z.array(z.object({ names })) });

/**
 * Finds which kinds a fleet has and which hosts each names, without forcing a host, in one evaluation. Only where an
 * output throws, each is asked alone, so that the others are still found.
 * @throws ProblemError where the fleet as a whole cannot be evaluated
 */
export async function detectKinds(kinds: readonly Kind[], evaluate: Evaluator): Promise<Detection> {
  const outputNames = `(if builtins.isAttrs outputs then builtins.attrNames outputs else [ ])`;
  const all = kinds.map((kind) => `{ names = ${kind.names} outputs; }`).join(' ');
  try {
    const found = answer.parse(await evaluate(`outputs: { outputs = ${outputNames}; kinds = [ ${all} ]; }`));
    return {
      outputs: found.outputs,
      kinds: pair(
        kinds,
        found.kinds.map((kind) => kind.names),
      ),
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
  // Throws again, with the right error, where the fleet itself is at fault.
  const outputs = z.array(z.string()).parse(await evaluate(`outputs: ${outputNames}`));
  const problems: Problem[] = [];
  const found: (string[] | null)[] = [];
  for (const kind of kinds) {
    try {
      found.push(names.parse(await evaluate(`outputs: ${kind.names} outputs`)));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      found.push(null);
      problems.push(outputUnreadable(kind.kind, error.problem));
    }
  }
  return { outputs, kinds: pair(kinds, found), problems };
}

function pair(kinds: readonly Kind[], found: readonly (readonly string[] | null)[]): FoundKind[] {
  return kinds.flatMap((kind, index) => {
    const hosts = found[index];
    return hosts ? [{ kind, names: hosts }] : [];
  });
}
