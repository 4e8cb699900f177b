import type { Finding, Fix } from '../../../../shared/contract/finding.ts';
import { allBindings, type PlacedBinding } from '../../../../shared/nix/bindings.ts';
import { offsetAt, positionAt } from '../../../../shared/nix/line.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import type { Splice } from '../../../../shared/nix/splice.ts';
import type { NixTree } from '../../../../shared/nix/syntax.ts';
import { textHash } from '../text-hash.ts';

/** A Nix file of a fleet, parsed when it is first looked at. */
export class NixFile {
  /** Relative to the fleet's folder. */
  readonly path: string;
  readonly text: string;
  #tree: NixTree | null = null;
  #bindings: readonly PlacedBinding[] | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  get tree(): NixTree {
    return (this.#tree ??= parseNix(this.text));
  }

  get bindings(): readonly PlacedBinding[] {
    return (this.#bindings ??= allBindings(this.tree));
  }

  /** The place of an offset, as findings have it. */
  placeOf(offset: number): Pick<Finding, 'file' | 'line'> {
    return { file: this.path, line: positionAt(this.text, offset).line };
  }

  /** The offset of a line and column that nix told (both from 1). */
  offsetOf(place: { readonly line: number; readonly column: number }): number {
    return offsetAt(this.text, place);
  }

  /** A fix that changes this file. */
  fix(title: string, splices: readonly Splice[]): Fix {
    return { kind: 'edit', title, file: this.path, hash: textHash(this.text), splices: [...splices] };
  }
}
