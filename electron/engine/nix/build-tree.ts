import type { BuildNode } from '../../../shared/contract/job.ts';
import { derivationName } from './derivation-name.ts';
import type { Count } from './progress-view.ts';

type Kind = BuildNode['kind'];
type State = BuildNode['state'];

/** The derivations and paths of one run of nix: what is planned, runs, is done or failed. */
export class BuildTree {
  readonly #nodes: BuildNode[] = [];
  readonly #indexByDrv = new Map<string, number>();
  readonly #changed = new Set<number>();
  readonly #counts = { build: emptyCount(), fetch: emptyCount(), copy: emptyCount() };
  /** Inputs as the caller knows them; a node gets those of them that are nodes as well. */
  #inputs: ReadonlyMap<string, readonly string[]> = new Map();
  #parents: ReadonlyMap<string, readonly string[]> = new Map();
  #snapshot: readonly BuildNode[] | null = null;

  has(drv: string): boolean {
    return this.#indexByDrv.has(drv);
  }

  get(drv: string): BuildNode | undefined {
    const index = this.#indexByDrv.get(drv);
    return index === undefined ? undefined : this.#nodes[index];
  }

  plan(drv: string, kind: Kind): void {
    if (!this.has(drv)) this.#add(drv, kind, 'waiting');
  }

  start(drv: string, kind: Kind, machine: string | null, at: number): void {
    if (!this.has(drv)) this.#add(drv, kind, 'waiting');
    this.#update(drv, { kind, state: 'running', phase: null, machine, startedAt: at, endedAt: null });
  }

  setPhase(drv: string, phase: string): void {
    if (this.get(drv)?.phase !== phase) this.#update(drv, { phase });
  }

  /** `child` was started by `parent`, as nix's activities tell. */
  connect(parent: string, child: string): void {
    const node = this.get(parent);
    if (node !== undefined && parent !== child && this.has(child) && !node.inputs.includes(child)) {
      this.#update(parent, { inputs: [...node.inputs, child] });
    }
  }

  end(drv: string, state: 'done' | 'failed', at: number): void {
    const node = this.get(drv);
    if (node !== undefined && node.state !== state) {
      this.#update(drv, { state, phase: state === 'failed' ? node.phase : null, endedAt: at });
    }
  }

  /** It was started and is neither done nor failed: broken off. */
  reset(drv: string): void {
    if (this.get(drv)?.state === 'running') {
      this.#update(drv, { state: 'waiting', phase: null, startedAt: null, endedAt: null });
    }
  }

  /** Tells which derivations need which (`nix derivation show`); may come before or after the nodes. */
  setInputs(inputs: ReadonlyMap<string, readonly string[]>): void {
    this.#inputs = inputs;
    this.#parents = inverted(inputs);
    for (const node of this.#nodes) {
      const known = this.#knownInputs(node.drv);
      if (known.length > 0 && !sameItems(known, node.inputs)) this.#update(node.drv, { inputs: known });
    }
  }

  count(kind: Kind): Count {
    return { ...this.#counts[kind] };
  }

  /** The nodes in order; the same array until one changes. */
  get nodes(): readonly BuildNode[] {
    this.#snapshot ??= this.#nodes.slice();
    return this.#snapshot;
  }

  takeChanged(): BuildNode[] {
    const changed: BuildNode[] = [];
    for (const index of this.#changed) {
      const node = this.#nodes[index];
      if (node !== undefined) changed.push(node);
    }
    this.#changed.clear();
    return changed;
  }

  #add(drv: string, kind: Kind, state: State): void {
    const index = this.#nodes.length;
    this.#indexByDrv.set(drv, index);
    const node: BuildNode = {
      drv,
      name: derivationName(drv),
      state,
      kind,
      phase: null,
      machine: null,
      startedAt: null,
      endedAt: null,
      inputs: [],
    };
    this.#nodes.push(node);
    this.#counts[kind].expected += 1;
    this.#touch(index);
    if (this.#inputs.size === 0) return;
    const inputs = this.#knownInputs(drv);
    if (inputs.length > 0) this.#update(drv, { inputs });
    for (const parent of this.#parents.get(drv) ?? []) this.connect(parent, drv);
  }

  #update(drv: string, change: Partial<BuildNode>): void {
    const index = this.#indexByDrv.get(drv);
    const node = index === undefined ? undefined : this.#nodes[index];
    if (index === undefined || node === undefined) return;
    const next = { ...node, ...change };
    this.#nodes[index] = next;
    this.#tally(node.kind, node.state, -1);
    this.#tally(next.kind, next.state, 1);
    if (node.kind !== next.kind) {
      this.#counts[node.kind].expected -= 1;
      this.#counts[next.kind].expected += 1;
    }
    this.#touch(index);
  }

  #tally(kind: Kind, state: State, by: number): void {
    if (state !== 'waiting') this.#counts[kind][state] += by;
  }

  #knownInputs(drv: string): string[] {
    return (this.#inputs.get(drv) ?? []).filter((input) => input !== drv && this.has(input));
  }

  #touch(index: number): void {
    this.#changed.add(index);
    this.#snapshot = null;
  }
}

function emptyCount(): { expected: number; running: number; done: number; failed: number } {
  return { expected: 0, running: 0, done: 0, failed: 0 };
}

function inverted(inputs: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const [parent, children] of inputs) {
    for (const child of children) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [parent]);
      else known.push(parent);
    }
  }
  return parents;
}

function sameItems(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
