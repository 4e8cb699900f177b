import { formatName, formatString } from '../../shared/nix/value.ts';

/** An option to be declared; its name is a path with points, in which `<name>` stands for any name. */
export interface BenchOption {
  readonly name: string;
  /** Nix, of `lib.types`. */
  readonly type: string;
  /** As the manual shows it; null: none. */
  readonly default: string | null;
  readonly description: string;
}

interface Branch {
  readonly below: Map<string, Branch>;
  option: BenchOption | null;
}

function declaration({ type, default: value, description }: BenchOption, options: string | null): string {
  const inner = options === null ? type : `types.submodule { options = ${options}; }`;
  const shown = value === null ? '' : ` defaultText = lib.literalExpression ${formatString(value)};`;
  return `mkOption { type = ${inner};${shown} description = ${formatString(description)}; }`;
}

const anyName: BenchOption = { name: '', type: '', default: null, description: 'Nothing.' };

function setOf({ below }: Branch): string {
  const lines = [...below].map(([name, branch]) => {
    const any = branch.below.get('<name>');
    const named = new Map([...branch.below].filter(([other]) => other !== '<name>'));
    const inside = named.size === 0 ? null : setOf({ below: named, option: null });
    const value =
      any !== undefined
        ? `mkOption { type = types.attrsOf (types.submodule { options = ${setOf(any)}; }); default = { }; description = "Named ones."; }`
        : branch.option === null
          ? (inside ?? declaration(anyName, '{ }'))
          : declaration(branch.option, inside);
    return `${formatName(name)} = ${value};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

/** A NixOS module that declares these options and sets none. */
export function optionModule(options: readonly BenchOption[]): string {
  const root: Branch = { below: new Map(), option: null };
  for (const option of options) {
    let branch = root;
    for (const name of option.name.split('.')) {
      const next = branch.below.get(name) ?? { below: new Map<string, Branch>(), option: null };
      branch.below.set(name, next);
      branch = next;
    }
    branch.option = option;
  }
  return `{ lib, ... }: let inherit (lib) mkOption types; in { options = ${setOf(root)}; }\n`;
}
