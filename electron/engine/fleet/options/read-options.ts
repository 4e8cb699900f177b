import type { Host } from '../../../../shared/contract/host.ts';
import { formatString } from '../../../../shared/nix/value.ts';
import { ProblemError } from '../../errors.ts';
import type { Evaluator } from '../evaluator.ts';
import type { FleetFolder } from '../folder.ts';
import { kindsOf } from '../kinds/all.ts';
import type { Kind } from '../kinds/kind.ts';
import { localPaths } from '../local-paths.ts';
import { optionDocument, type OptionDocument } from './document.ts';

/** A host that fails may be the only one that does; more are not asked, since each takes its time. */
const mostHosts = 3;

/**
 * Nix: `outputs → { release, options }`, all options of a host, by the function that makes NixOS's own manual (nixpkgs'
 * `lib.optionAttrSetToDocList`). A text that throws is left out. What `tryEval` does not catch ends the evaluation; that
 * is in defaults and examples, which are values where nobody wrote a text for them.
 */
function optionsFunction(node: string, name: string, withValues: boolean): string {
  const value = (of: string): string => (withValues ? `quiet null (text (option.${of} or null))` : 'null');
  return `outputs: let
    inherit (builtins) deepSeq filter isAttrs isString map toString tryEval unsafeDiscardStringContext;
    node = ${node} outputs ${formatString(name)};
    lib = node.lib or node.pkgs.lib;
    plain = value: if isString value then unsafeDiscardStringContext value else null;
    text = value: plain (if isAttrs value then value.text or null else value);
    quiet = fallback: value: let attempt = tryEval (deepSeq value value); in if attempt.success then attempt.value else fallback;
    isShown = option: quiet false (option.visible or true != false && !(option.internal or false));
    told = option: {
      loc = map plain option.loc;
      type = quiet "unspecified" (plain (option.type or "unspecified"));
      declarations = quiet [ ] (map (file: plain (toString file)) option.declarations);
      readOnly = quiet false (option.readOnly or false);
      description = quiet null (text (option.description or null));
      default = ${value('default')};
      example = ${value('example')};
    };
  in {
    release = quiet null (plain (lib.version or null));
    options = map told (filter isShown (lib.optionAttrSetToDocList (removeAttrs node.options [ "_module" ])));
  }`;
}

/** Hosts that can tell, and how: by the first kind of declaration that has a configuration. */
function candidates(folder: FleetFolder, hosts: readonly Host[]): { name: string; node: string }[] {
  const kinds: readonly Kind[] = kindsOf(folder.form);
  return hosts
    .filter(({ problem }) => problem === null)
    .flatMap(({ name, sources }) => {
      const node = kinds.find((kind) => kind.node !== null && sources.includes(kind.kind))?.node ?? null;
      return node === null ? [] : [{ name, node }];
    });
}

/**
 * Reads the options of the first host that can tell them: with all that they are, or where that fails without their
 * defaults and examples.
 * @throws ProblemError `options-no-host`, or nix's reason
 */
export async function readOptions(
  folder: FleetFolder,
  hosts: readonly Host[],
  evaluate: Evaluator,
): Promise<OptionDocument> {
  let failure: unknown = noHost();
  for (const { name, node } of candidates(folder, hosts).slice(0, mostHosts)) {
    for (const withValues of [true, false]) {
      try {
        const read = optionDocument.parse(await evaluate(optionsFunction(node, name, withValues)));
        return { ...read, options: withReadablePlaces(read.options, folder) };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        failure = error;
        // What took too long would take as long again.
        if (isOutOfBounds(error)) throw error;
      }
    }
  }
  throw failure;
}

function isOutOfBounds({ problem }: ProblemError): boolean {
  return (
    problem.code === 'nix-timed-out' || problem.code === 'nix-output-too-long' || problem.code === 'nix-interrupted'
  );
}

/**
 * Files of the fleet as they are named in it; of an input without the folder of the store. Nix names a folder in place of
 * its default.nix, and `…, via option …` for a module inside an option.
 */
function withReadablePlaces(options: OptionDocument['options'], folder: FleetFolder): OptionDocument['options'] {
  const localized = localPaths(folder);
  const readable = (file: string): string => {
    const path = localized(file.replace(/,? via option .*$/s, ''))
      .replace(`${folder.path}/`, '')
      .replace(/^\/nix\/store\/[^/]+\//, '');
    return path.endsWith('.nix') ? path : `${path}/default.nix`;
  };
  const known = new Map<string, string>();
  const readableOnce = (file: string): string => {
    const path = known.get(file) ?? readable(file);
    known.set(file, path);
    return path;
  };
  return options.map((option) => ({
    ...option,
    declarations: option.declarations.filter((file) => file !== '<unknown-file>').map(readableOnce),
  }));
}

function noHost(): ProblemError {
  return new ProblemError({
    code: 'options-no-host',
    title: 'No host of this fleet has a configuration that could be read',
    evidence: '',
    advice: ['Options are read from a host’s configuration: add a host, or mend one that does not evaluate.'],
  });
}
