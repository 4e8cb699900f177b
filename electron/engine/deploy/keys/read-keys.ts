import { z } from 'zod';
import type { HostName } from '../../../../shared/contract/ids.ts';
import { ProblemError } from '../../errors.ts';
import { askHosts, type HostQuestion } from '../../fleet/host-questions.ts';
import { kindsOf } from '../../fleet/kinds/all.ts';
import { JobCancelled, type JobContext } from '../../jobs/context.ts';
import { jobCrashed } from '../../jobs/errors.ts';
import { evaluatorInJob, shareOutHere } from '../evaluate.ts';
import type { DeployHost, DeploySpec } from '../spec.ts';

/** A part of a path, so that a key never lands anywhere but in its folder. */
const fileName = z.string().regex(/^(?!\.{1,2}$)[^/\0\n]+$/, 'is no name of a file');
const account = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, 'is no name of a user or group');

/**
 * One of colmena's `deployment.keys` (its options.nix and key.rs): exactly one of `text`, `keyFile`, `keyCommand` says
 * where its value comes from. Holds a secret where there is a text: it stays in this process's memory.
 */
export const deploymentKey = z
  .object({
    name: fileName,
    destDir: z.string().regex(/^\/[^\0\n]*$/, 'has to be an absolute path'),
    user: account,
    group: account,
    permissions: z.string().regex(/^[0-7]{3,4}$/, 'is no octal mode'),
    uploadAt: z.enum(['pre-activation', 'post-activation']),
    text: z.string().nullable(),
    keyFile: z.string().nullable(),
    keyCommand: z.tuple([z.string().min(1)], z.string()).nullable(),
  })
  .refine(({ text, keyFile, keyCommand }) => [text, keyFile, keyCommand].filter((one) => one !== null).length === 1, {
    message: 'exactly one of text, keyFile and keyCommand says where a key comes from',
  });
export type DeploymentKey = z.infer<typeof deploymentKey>;

/**
 * Nix: `outputs → name → [ key ]`. A file stays a path: as a value it would be copied into the store. Where nothing
 * declared the options (a hive that is evaluated here), colmena's defaults stand in. What fails is told to be about a key
 * there as well, so that its value is left out of what nix says (nix/key-values.ts).
 */
function keysFunction(node: string): string {
  return `(outputs: name: let keys = (${node} outputs name).config.deployment.keys or { }; in
    map (attribute: let
      key = keys.\${attribute};
      told = builtins.addErrorContext "while evaluating the option \`deployment.keys.\${attribute}':";
    in {
      name = key.name or attribute;
      destDir = toString (key.destDir or "/run/keys");
      user = key.user or "root";
      group = key.group or "root";
      permissions = key.permissions or "0600";
      uploadAt = key.uploadAt or "pre-activation";
      text = told (key.text or null);
      keyFile = if key.keyFile or null == null then null else toString key.keyFile;
      keyCommand = told (key.keyCommand or null);
    }) (builtins.attrNames keys))`;
}

/** What evaluation is asked for the keys of these hosts. */
export function keyQuestions(
  form: DeploySpec['fleet']['form'],
  hosts: readonly Pick<DeployHost, 'name' | 'keys'>[],
): HostQuestion<DeploymentKey[]>[] {
  const kinds = kindsOf(form);
  return hosts.flatMap(({ name, keys }) => {
    const kind = kinds.find((candidate) => candidate.kind === keys?.source);
    if (kind === undefined || kind.node === null) return [];
    const read = keysFunction(kind.node);
    const parse = (value: unknown): DeploymentKey[] => z.array(deploymentKey).parse(value);
    return [{ name, key: `keys of ${kind.kind}`, read, evaluatesModules: true, parse }];
  });
}

/**
 * Begins to read the keys of all hosts that have some; each has its own promise. What is read is never told as an event.
 * @param after evaluations that take the memory until then
 */
export function readKeys(
  context: JobContext,
  fleet: DeploySpec['fleet'],
  hosts: readonly Pick<DeployHost, 'name' | 'keys'>[],
  after: Promise<unknown>,
): Map<HostName, Promise<DeploymentKey[]>> {
  const questions = keyQuestions(fleet.form, hosts);
  const waiting = new Map(questions.map(({ name }) => [name, Promise.withResolvers<DeploymentKey[]>()]));
  for (const { promise } of waiting.values()) promise.catch(() => undefined);
  const evaluate = evaluatorInJob(context, fleet);
  const ask = async (): Promise<void> => {
    if (questions.length === 0) return;
    await after;
    const { shares, chunkSize } = shareOutHere(questions);
    const onAnswers: Parameters<typeof askHosts<DeploymentKey[]>>[1]['onAnswers'] = (answers) => {
      for (const answer of answers) {
        const own = waiting.get(answer.question.name);
        if ('answer' in answer) own?.resolve(answer.answer);
        else own?.reject(new ProblemError(answer.problem));
      }
    };
    await Promise.all(shares.map((share) => askHosts(share, { evaluate, chunkSize, onAnswers })));
  };
  ask().catch((error: unknown) => {
    const reason = context.signal.aborted ? new JobCancelled() : new ProblemError(jobCrashed(error), { cause: error });
    for (const { reject } of waiting.values()) reject(reason);
  });
  return new Map(
    hosts.flatMap(({ name }) => {
      const own = waiting.get(name);
      return own === undefined ? [] : [[name, own.promise] as const];
    }),
  );
}
