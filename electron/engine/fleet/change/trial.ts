import { z } from 'zod';
import type { Host } from '../../../../shared/contract/host.ts';
import type { HostChange } from '../../../../shared/fleet/change/change.ts';
import type { Deviation } from '../../../../shared/fleet/change/expectation.ts';
import { makeScratchTree, type ScratchTree } from '../../inputs/scratch-tree.ts';
import type { Evaluator, MakeEvaluator } from '../evaluator.ts';
import { findFleetFolder, type FleetFolder } from '../folder.ts';
import { askHosts, type HostQuestion } from '../host-questions.ts';
import { kindsOf } from '../kinds/all.ts';
import type { MemoryHistory } from '../memory-history.ts';
import { readFleet } from '../read-fleet.ts';
import { makeChanges, undoChanges, type Changes } from './write-changes.ts';

export interface TrialParts {
  readonly evaluatorOf: MakeEvaluator;
  readonly memory: Pick<MemoryHistory, 'bytesPerHost'>;
}

/** What a host's own configuration says of the things that a change of its name can break. */
const selfFacts = z.object({
  hostName: z.string().nullable(),
  stateVersion: z.string().nullable(),
  /** Whether its system, or what deploy-rs deploys, can be worked out. */
  works: z.boolean(),
});
export type SelfFacts = z.infer<typeof selfFacts>;

/** A copy of a fleet in which changes are tried and looked at. The fleet itself is never touched. */
export class Trial implements AsyncDisposable {
  readonly #folder: FleetFolder;
  readonly #tree: ScratchTree;
  readonly #evaluate: Evaluator;
  readonly #parts: TrialParts;

  private constructor(folder: FleetFolder, tree: ScratchTree, evaluate: Evaluator, parts: TrialParts) {
    this.#folder = folder;
    this.#tree = tree;
    this.#evaluate = evaluate;
    this.#parts = parts;
  }

  /** @param target a folder that is not there yet */
  static async begin(folder: FleetFolder, target: string, parts: TrialParts, signal: AbortSignal): Promise<Trial> {
    const tree = await makeScratchTree(folder, target, signal);
    const copy = { ...findFleetFolder(tree.path), ref: tree.ref };
    return new Trial(folder, tree, parts.evaluatorOf(copy, [], signal), parts);
  }

  /** The hosts as the fleet would have them with a change. @throws ProblemError where it cannot be evaluated then */
  async with<Answer>(change: Changes, look: (trial: Trial) => Promise<Answer>): Promise<Answer> {
    const { path, workTree } = findFleetFolder(this.#tree.path);
    const copy = { path, isInGit: workTree !== null };
    const before = await makeChanges(copy, change);
    try {
      return await look(this);
    } finally {
      await undoChanges(copy, before);
    }
  }

  async hosts(): Promise<readonly Host[]> {
    const known = this.#parts.memory.bytesPerHost(this.#folder.id);
    // What is learnt about a copy is of no use for the next one.
    const memory = { bytesPerHost: () => known, save: () => undefined };
    const copy = { ...findFleetFolder(this.#tree.path), ref: this.#tree.ref };
    return (await readFleet(copy, this.#evaluate, memory, () => undefined)).hosts;
  }

  /** null: evaluating it fails. */
  async selfFacts(host: Pick<Host, 'name' | 'sources'>): Promise<SelfFacts | null> {
    return askSelf(this.#folder.form, host, this.#evaluate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tree[Symbol.asyncDispose]();
  }
}

/** Asks a host about itself; null: evaluating that fails. */
export async function askSelf(
  form: FleetFolder['form'],
  { name, sources }: Pick<Host, 'name' | 'sources'>,
  evaluate: Evaluator,
): Promise<SelfFacts | null> {
  const kinds = kindsOf(form).filter(({ kind }) => sources.includes(kind));
  const node = kinds.find((kind) => kind.node !== null)?.node ?? '(outputs: name: { config = { }; })';
  const systems = kinds.map(({ toplevel }) => `(${toplevel} outputs name).drvPath`);
  // deploy-rs deploys what is at `path`, whatever else there is of this name.
  const paths = sources.includes('deploy')
    ? ['(builtins.mapAttrs (_: profile: builtins.typeOf profile.path) outputs.deploy.nodes.${name}.profiles)']
    : [];
  const question: HostQuestion<SelfFacts> = {
    name,
    key: 'self',
    evaluatesModules: true,
    read: `(outputs: name: let
      inherit (${node} outputs name) config;
      works = builtins.tryEval (builtins.deepSeq [ ${[...systems, ...paths].map((text) => `(${text})`).join(' ')} ] true);
    in {
      hostName = config.networking.hostName or null;
      stateVersion = config.system.stateVersion or null;
      works = works.success;
    })`,
    parse: (value) => selfFacts.parse(value),
  };
  const [result] = await askHosts([question], { evaluate, chunkSize: 1, onAnswers: () => undefined });
  return result && 'answer' in result ? result.answer : null;
}

/**
 * What a changed host says of itself that it should not.
 * @param before of the host before it was renamed, or of the model of a new one; null: it could not be asked
 */
export function selfDeviations(change: HostChange, before: SelfFacts | null, after: SelfFacts | null): Deviation[] {
  const name = change.kind === 'add' ? change.host.name : change.kind === 'rename' ? change.newName : null;
  if (name === null || (change.kind === 'rename' && before === null)) return [];
  const note = (text: string): Deviation => ({ host: name, field: 'other', text: `${name} ${text}` });
  if (after === null) return [note('could not be evaluated any more')];
  if (change.kind === 'add') {
    const isCalled = before?.hostName === change.like;
    return after.hostName === name || !isCalled ? [] : [note(`would call itself ${after.hostName ?? 'nothing'}`)];
  }
  const wanted = change.kind === 'rename' && before?.hostName === change.name ? name : before?.hostName;
  return [
    ...(after.hostName === wanted ? [] : [note(`would call itself ${after.hostName ?? 'nothing'}`)]),
    ...(before?.works === true && !after.works ? [note('would have no system that can be built')] : []),
  ];
}
