import { NixExpression } from '../../nix/value.ts';
import { hasExpressions, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from '../layout.ts';
import { itemsOf, type Item } from '../walk.ts';

export type Firmware = 'uefi' | 'bios' | 'both' | 'rpi';

/** A change that mends a finding; `value` undefined removes what is at the path. */
export interface Fix {
  readonly title: string;
  readonly changes: readonly { readonly path: LayoutPath; readonly value: LayoutValue | undefined }[];
}

/** `error`: it cannot work or destroys something. `warning`: it likely goes wrong. `hint`: worth a thought. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'hint';
  readonly path: LayoutPath;
  readonly message: string;
  readonly fix?: Fix;
}

/** What is known besides the layout itself. */
export interface Surroundings {
  /** null: not known, then nothing that depends on it is more than a hint. */
  readonly firmware: Firmware | null;
  readonly memoryBytes?: number;
  /** Sizes of the disks by attribute name, where they were probed. */
  readonly diskBytes?: Readonly<Record<string, number>>;
  /** Options of NixOS that the file beside the layout sets. */
  readonly settings?: LayoutSet;
  /** Parts are there under conditions (`lib.mkIf`) that only evaluation knows, so they may exclude each other. */
  readonly isAssumed?: boolean;
}

/** A layout prepared for rules: its items once, by type. */
export class Inspection {
  readonly layout: Layout;
  readonly surroundings: Surroundings;
  readonly items: readonly Item[];
  private readonly byType = new Map<string, Item[]>();
  private readonly children = new Map<Item, Item[]>();

  constructor(layout: Layout, surroundings: Surroundings) {
    this.layout = layout;
    this.surroundings = surroundings;
    this.items = itemsOf(layout);
    for (const item of this.items) {
      if (item.parent) {
        const siblings = this.children.get(item.parent);
        if (siblings) siblings.push(item);
        else this.children.set(item.parent, [item]);
      }
      if (item.type === null) continue;
      const known = this.byType.get(item.type);
      if (known) known.push(item);
      else this.byType.set(item.type, [item]);
    }
  }

  /** True where a part of the layout is computed, so that what is not found may still be there. */
  get isComputed(): boolean {
    return hasExpressions(this.layout);
  }

  /** True where it is computed which items there are, so that one that is not seen may still be there. */
  get hasComputedItems(): boolean {
    return (
      Object.values(this.layout).some((entries) => entries instanceof NixExpression) ||
      this.items.some((item) =>
        ['content', 'partitions', 'type'].some((key) => item.value[key] instanceof NixExpression),
      )
    );
  }

  of(type: string): readonly Item[] {
    return this.byType.get(type) ?? [];
  }

  childrenOf(parent: Item, type: string): readonly Item[] {
    return (this.children.get(parent) ?? []).filter((item) => item.type === type);
  }
}

export type Rule = (inspection: Inspection) => Iterable<Finding>;

export function change(title: string, path: LayoutPath, value: LayoutValue | undefined): Fix {
  return { title, changes: [{ path, value }] };
}

/** Groups by a key; null keys are left out. */
export function groupBy<T>(items: Iterable<T>, key: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === null) continue;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** The known name that differs least from a misspelt one, if it is near. */
export function closest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
