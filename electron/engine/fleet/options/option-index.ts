import type { OptionFacts, OptionName } from '../../../../shared/contract/options.ts';
import type { OptionPath } from '../../../../shared/nix/options/scope.ts';
import type { DocumentedOption } from './document.ts';

interface Branch {
  readonly below: Map<string, Branch>;
  option: DocumentedOption | null;
}

/** The most names of one answer. */
const mostNames = 200;

/** `<name>`, `*` and their kin stand for every name. */
const standsForAny = (name: string): boolean => name === '*' || /^[<‹].*[>›]$/.test(name);

/** All options of a host, to be looked up by their paths. */
export class OptionIndex {
  readonly #root: Branch = { below: new Map(), option: null };
  readonly count: number;

  constructor(options: readonly DocumentedOption[]) {
    this.count = options.length;
    for (const option of options) {
      let branch = this.#root;
      for (const name of option.loc) {
        const next = branch.below.get(name) ?? { below: new Map<string, Branch>(), option: null };
        branch.below.set(name, next);
        branch = next;
      }
      branch.option = option;
    }
  }

  /** What a path leads to: the branch of its own name, then those that stand for any. */
  #find(path: OptionPath): Branch[] {
    return path.reduce<Branch[]>(
      (branches, name) =>
        branches.flatMap(({ below }) => {
          const own = name === null ? undefined : below.get(name);
          const others = [...below].flatMap(([other, branch]) => (standsForAny(other) && other !== name ? branch : []));
          return own === undefined ? others : [own, ...others];
        }),
      [this.#root],
    );
  }

  /** Names below a path that begin with a prefix, whatever its case, in order. */
  complete(path: OptionPath, prefix: string): { names: OptionName[]; isComplete: boolean } {
    const wanted = prefix.toLowerCase();
    const found = new Map<string, OptionName>();
    for (const { below } of this.#find(path)) {
      for (const [name, { option, below: further }] of below) {
        if (standsForAny(name) || found.has(name) || !name.toLowerCase().startsWith(wanted)) continue;
        found.set(name, { name, type: option?.type ?? null, hasMore: further.size > 0 });
      }
    }
    const names = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { names: names.slice(0, mostNames), isComplete: names.length <= mostNames };
  }

  /** The option at a path; null: there is none. */
  describe(path: OptionPath): OptionFacts | null {
    const option = this.#find(path).find((branch) => branch.option !== null)?.option;
    if (!option) return null;
    const { loc, readOnly: isReadOnly, ...facts } = option;
    return { ...facts, name: loc.join('.'), isReadOnly };
  }
}
