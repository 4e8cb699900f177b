import { z } from 'zod';
import { formatString } from '../../../shared/nix/value.ts';
import { ProblemError } from '../errors.ts';
import type { Detection } from './detect.ts';
import { hostUnreadable } from './errors.ts';
import type { Evaluator } from './evaluator.ts';
import type { Kind } from './kinds/kind.ts';
import { maxEvaluatedName } from './plan-readings.ts';
import type { Reading, ReadingResult } from './read-hosts.ts';

/** What one evaluation can tell of a fleet: which hosts it has, and the values of the first of them. */
export interface Survey {
  readonly detection: Detection;
  readonly results: readonly ReadingResult[];
  /** Hosts that threw: each must be asked alone for its error. */
  readonly failed: readonly Reading[];
  /** Memory that nix asked for, per host whose modules it evaluated; null: not told, or no such host. */
  readonly bytesPerHost: number | null;
}

const answer = z.object({
  outputs: z.array(z.string()),
  names: z.array(z.array(z.string()).nullable()),
  first: z.array(z.object({ kind: z.string(), name: z.string(), ok: z.boolean(), value: z.unknown() })),
});

/**
 * Nix: finds the hosts of each kind, plans as `planReadings` does, and reads the first `limit` in order of their names.
 * An error that tryEval does not catch ends the whole, and the fleet is then read step by step.
 */
function surveyFunction(kinds: readonly Kind[], limit: number): string {
  const list = kinds
    .map(
      ({ kind, names, read, evaluatesModules }) =>
        `{ kind = ${formatString(kind)}; heavy = ${evaluatesModules}; names = ${names} outputs; read = ${read} outputs; }`,
    )
    .join('\n    ');
  return `outputs: let
  kinds = [
    ${list}
  ];
  plan = builtins.foldl' (before: each: let
      all = if each.names == null then [ ] else each.names;
      isWanted = name: builtins.stringLength name <= ${maxEvaluatedName} && !(each.heavy && before.heavy ? \${name});
      new = map (name: { inherit name; inherit (each) kind read; }) (builtins.filter isWanted all);
      heavy = builtins.listToAttrs (map (name: { inherit name; value = null; }) all);
    in { readings = before.readings ++ new; heavy = before.heavy // (if each.heavy then heavy else { }); }
  ) { readings = [ ]; heavy = { }; } kinds;
  sorted = builtins.sort (a: b: a.name < b.name) plan.readings;
  first = builtins.genList (builtins.elemAt sorted) (if builtins.length sorted < ${limit} then builtins.length sorted else ${limit});
  answer = { kind, name, read }: let attempt = builtins.tryEval (let value = read name; in builtins.deepSeq value value);
    in { inherit kind name; ok = attempt.success; value = if attempt.success then attempt.value else null; };
in {
  outputs = if builtins.isAttrs outputs then builtins.attrNames outputs else [ ];
  names = map (each: each.names) kinds;
  first = map answer first;
}`;
}

/** True for failures that reading step by step would only meet again. */
function isFinal({ problem }: ProblemError): boolean {
  return problem.canRetry === true || ['nix-missing', 'nix-unusable', 'nix-timed-out'].includes(problem.code);
}

/**
 * Reads a fleet in one evaluation, as far as `limit` hosts go. null: something in it ends the evaluation.
 * @throws ProblemError for what has nothing to do with the fleet's content (no nix, an input out of reach)
 */
export async function surveyFleet(kinds: readonly Kind[], evaluate: Evaluator, limit: number): Promise<Survey | null> {
  let allocated: number | null = null;
  let found: z.infer<typeof answer>;
  try {
    found = answer.parse(await evaluate(surveyFunction(kinds, limit), (bytes) => (allocated = bytes)));
  } catch (error) {
    if (!(error instanceof ProblemError) || isFinal(error)) throw error;
    return null;
  }
  const byName = new Map(kinds.map((kind) => [kind.kind as string, kind]));
  const readings = found.first.flatMap(({ kind, name, ok, value }) => {
    const known = byName.get(kind);
    return known === undefined ? [] : [{ kind: known, name, ok, value }];
  });
  const heavy = readings.filter(({ kind }) => kind.evaluatesModules).length;
  return {
    detection: {
      outputs: found.outputs,
      kinds: kinds.flatMap((kind, index) => {
        const names = found.names[index];
        return names ? [{ kind, names }] : [];
      }),
      problems: [],
    },
    results: readings.filter(({ ok }) => ok).map(({ kind, name, value }) => parsed({ kind, name }, value)),
    failed: readings.filter(({ ok }) => !ok).map(({ kind, name }) => ({ kind, name })),
    bytesPerHost: allocated === null || heavy === 0 ? null : allocated / heavy,
  };
}

function parsed(reading: Reading, value: unknown): ReadingResult {
  try {
    return { ...reading, host: reading.kind.parse(reading.name, value) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { ...reading, problem: hostUnreadable(reading.name, reading.kind.kind, z.prettifyError(error)) };
  }
}
