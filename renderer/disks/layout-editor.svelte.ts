import { guessFirmware } from '../../shared/disko/companion/boot-loader.ts';
import { OperationError, rename, resize } from '../../shared/disko/operations.ts';
import {
  isSet,
  valueAt,
  withValue,
  type Layout,
  type LayoutPath,
  type LayoutSet,
  type LayoutValue,
} from '../../shared/disko/layout.ts';
import { pathKey } from '../../shared/disko/read-source.ts';
import type { Finding, Firmware, Fix } from '../../shared/disko/rules/finding.ts';
import { checkLayout } from '../../shared/disko/rules/index.ts';
import { itemsOf, type Item } from '../../shared/disko/walk.ts';
import { ReadOnlyLayout } from '../../shared/disko/write-source.ts';
import { NixExpression } from '../../shared/nix/value.ts';
import { diskBar, groupBars, guessDiskBytes, type Bar } from './bars.ts';
import {
  isBelow,
  openDocument,
  redone,
  undone,
  withArguments,
  withLayout,
  withText,
  type GivenArguments,
  type LayoutDocument,
} from './layout-document.ts';

/** Why something was not done; `line` where the text says it. */
export interface Refusal {
  readonly message: string;
  readonly line: number | null;
}

/** One layout that is being worked on: its text, what is chosen in it, and what is wrong with it. */
export class LayoutEditor {
  #document = $state.raw<LayoutDocument>(openDocument(''));
  /** A drag that has not ended yet. */
  #preview = $state.raw<Layout | null>(null);
  #evaluated = $state.raw<Layout | null>(null);
  #selectedKey = $state<string | null>(null);
  #refusal = $state.raw<Refusal | null>(null);
  #firmware = $state<Firmware | null>(null);
  /** Sizes that a person gave, by disk name, in bytes. */
  #sizes = $state.raw<Readonly<Record<string, number>>>({});

  /** What the file beside the layout sets; null: there is none, or nobody has looked. */
  #settings = $state.raw<LayoutSet | null>(null);

  readonly #items = $derived(itemsOf(this.layout));
  readonly #selected = $derived(this.#items.find((item) => pathKey(item.path) === this.#selectedKey) ?? null);
  readonly #findings = $derived(
    checkLayout(this.settledLayout, {
      firmware: this.#firmware,
      diskBytes: this.#sizes,
      isAssumed: this.#document.reading.ok && this.#document.reading.assumed.length > 0,
      ...(this.#settings === null ? {} : { settings: this.#settings }),
    }),
  );
  readonly #diskBytes = $derived.by(() => {
    const disks = this.layout['disk'];
    const entries = isSet(disks) ? Object.entries(disks) : [];
    return Object.fromEntries(
      entries.flatMap(([name, disk]) => (isSet(disk) ? [[name, this.#sizes[name] ?? guessDiskBytes(disk)]] : [])),
    );
  });
  readonly #diskBars = $derived.by((): Bar[] => {
    const disks = this.layout['disk'];
    if (!isSet(disks)) return [];
    return Object.entries(disks).flatMap(([name, disk]) =>
      isSet(disk) ? [diskBar(name, disk, this.#diskBytes[name] ?? 1)] : [],
    );
  });
  readonly #groupBars = $derived(groupBars(this.layout, this.#diskBytes));

  constructor(
    document: LayoutDocument,
    options: { firmware?: Firmware; sizes?: Readonly<Record<string, number>> } = {},
  ) {
    this.#document = document;
    this.#firmware = options.firmware ?? (document.layout === null ? null : guessFirmware(document.layout));
    this.#sizes = options.sizes ?? {};
  }

  get document(): LayoutDocument {
    return this.#document;
  }
  get text(): string {
    return this.#document.text;
  }
  /** What is drawn: during a drag what it would come to. */
  get layout(): Layout {
    return this.#preview ?? this.settledLayout;
  }
  get settledLayout(): Layout {
    return this.#evaluated ?? this.#document.layout ?? {};
  }
  get isShown(): boolean {
    return this.#evaluated !== null || this.#document.layout !== null;
  }
  /** Why the drawing cannot be changed now; null where it can. */
  get readOnly(): string | null {
    const { reading } = this.#document;
    if (this.#evaluated !== null && !reading.ok) {
      return `Computed by nix, so it can only be looked at: ${reading.note.message} (line ${reading.note.line})`;
    }
    return reading.ok ? null : `The text has a mistake at line ${reading.note.line}; the drawing is from before it.`;
  }
  get items(): readonly Item[] {
    return this.#items;
  }
  get selected(): Item | null {
    return this.#selected;
  }
  get selectedKey(): string | null {
    return this.#selectedKey;
  }
  get findings(): readonly Finding[] {
    return this.#findings;
  }
  get diskBars(): readonly Bar[] {
    return this.#diskBars;
  }
  get groupBars(): readonly Bar[] {
    return this.#groupBars;
  }
  get refusal(): Refusal | null {
    return this.#refusal;
  }
  get firmware(): Firmware | null {
    return this.#firmware;
  }
  set firmware(firmware: Firmware | null) {
    this.#firmware = firmware;
  }
  /** Options of NixOS that the file beside the layout sets. */
  set settings(settings: LayoutSet | null) {
    this.#settings = settings;
  }
  /** True where the size of a disk was told and not guessed. */
  isSizeKnown(disk: string): boolean {
    return this.#sizes[disk] !== undefined;
  }
  setDiskBytes(disk: string, bytes: number): void {
    this.#sizes = { ...this.#sizes, [disk]: bytes };
  }
  get canUndo(): boolean {
    return this.#document.past.length > 0;
  }
  get canRedo(): boolean {
    return this.#document.future.length > 0;
  }

  /** Chooses a thing; a path to an option chooses the thing that has it. */
  select(path: LayoutPath | null): void {
    const holders = path === null ? [] : this.#items.filter((item) => isBelow(path, item.path));
    const nearest = holders.reduce<Item | null>(
      (best, item) => (best === null || item.path.length > best.path.length ? item : best),
      null,
    );
    this.#selectedKey = nearest === null ? null : pathKey(nearest.path);
  }

  /** Does an operation. False where it was refused; {@link refusal} then says why. */
  change(operation: (layout: Layout) => Layout): boolean {
    this.#preview = null;
    this.#refusal = null;
    try {
      const next = operation(this.settledLayout);
      if (this.#evaluated !== null) throw new OperationError(this.readOnly ?? 'This layout cannot be changed here.');
      this.#document = withLayout(this.#document, next);
      return true;
    } catch (error) {
      if (!(error instanceof OperationError) && !(error instanceof ReadOnlyLayout)) throw error;
      this.#refusal = { message: error.message, line: error instanceof ReadOnlyLayout ? error.line : null };
      return false;
    }
  }

  /** As {@link change}, and chooses what the operation says. */
  changeAndSelect(operation: () => { readonly layout: Layout; readonly path: LayoutPath }): void {
    let path: LayoutPath = [];
    const isDone = this.change(() => {
      const result = operation();
      ({ path } = result);
      return result.layout;
    });
    if (isDone) this.select(path);
  }

  /** Draws what a drag would come to, without doing it. */
  preview(operation: (layout: Layout) => Layout): void {
    try {
      this.#preview = operation(this.settledLayout);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.#preview = null;
    }
  }
  endPreview(): void {
    this.#preview = null;
  }

  setOption(path: LayoutPath, option: string, value: LayoutValue | undefined): boolean {
    return this.change((layout) => asLayout(withValue(layout, [...path, option], value), layout));
  }
  resize(path: LayoutPath, size: string): boolean {
    return this.change((layout) => resize(layout, path, size));
  }
  applyFix(fix: Fix): void {
    this.change((layout) =>
      fix.changes.reduce((sum, { path, value }) => asLayout(withValue(sum, path, value), sum), layout),
    );
  }
  rename(path: LayoutPath, name: string, isInstalled: boolean): boolean {
    const isDone = this.change((layout) => rename(layout, path, name, isInstalled));
    if (isDone) this.select([...path.slice(0, -1), name]);
    return isDone;
  }
  type(text: string): void {
    this.#preview = null;
    this.#refusal = null;
    this.#document = withText(this.#document, text);
  }
  give(given: GivenArguments): void {
    this.#document = withArguments(this.#document, given);
    if (this.#firmware === null) this.#firmware = guessFirmware(this.settledLayout);
  }
  showEvaluated(layout: Layout): void {
    this.#evaluated = layout;
    this.#firmware ??= guessFirmware(layout);
  }
  undo(): void {
    this.#refusal = null;
    this.#document = undone(this.#document);
  }
  redo(): void {
    this.#refusal = null;
    this.#document = redone(this.#document);
  }
  dismissRefusal(): void {
    this.#refusal = null;
  }

  /** What stands in the text for a computed value, with its line; null where it is plain. */
  keptAt(path: LayoutPath): { text: string; line: number | null } | null {
    const value = valueAt(this.settledLayout, path);
    if (!(value instanceof NixExpression)) return null;
    const { reading } = this.#document;
    const note = reading.ok ? reading.kept.find((kept) => pathKey(kept.path) === pathKey(path)) : undefined;
    return { text: value.text, line: note?.line ?? null };
  }
}

function asLayout(value: LayoutValue, otherwise: Layout): Layout {
  return isSet(value) ? value : otherwise;
}
