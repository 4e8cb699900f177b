import type { Finding, Fix } from '../../../../../shared/contract/finding.ts';
import { commentsOf } from '../../../../../shared/nix/comments.ts';
import { pathNames } from '../../../../../shared/nix/locate.ts';
import { attributeNameText } from '../../../../../shared/nix/strings.ts';
import { nodesAt } from '../../../../../shared/nix/walk.ts';
import type { Inspection } from '../inspection.ts';
import type { NixFile } from '../nix-file.ts';

/** Seconds (deploy-rs, src/deploy.rs and src/bin/activate.rs). */
const defaults = { confirmTimeout: 30, activationTimeout: 240 } as const;
type Key = keyof typeof defaults;

const words: Record<Key, string> = {
  confirmTimeout: 'how long deploy-rs has to come back over a new connection before the host rolls back (default 30)',
  activationTimeout: 'how long the activation itself may take (default 240)',
};

/** deploy-rs's two time limits taken for each other, in a setting or in a comment. */
export function* confusedTimeouts(inspection: Inspection): Generator<Finding> {
  const seen = new Set<string>();
  for (const { name } of inspection.hosts) {
    for (const { key, value, level, position } of inspection.outlines.get(name)?.timeouts ?? []) {
      const wrong: Key | null =
        key === 'confirmTimeout' && value >= defaults.activationTimeout
          ? 'confirmTimeout'
          : key === 'activationTimeout' && value <= defaults.confirmTimeout
            ? 'activationTimeout'
            : null;
      const id = position ? `${position.file}:${position.line}:${position.column}:${key}` : `${level} ${key}`;
      if (wrong === null || seen.has(id)) continue;
      seen.add(id);
      const meant: Key = wrong === 'confirmTimeout' ? 'activationTimeout' : 'confirmTimeout';
      const found = inspection.position(position);
      const fix = found && renameFix(found.file, found.offset, wrong, meant);
      yield {
        code: 'deploy-timeouts-confused',
        severity: 'warning',
        ...(level.split('.')[0] === name ? { host: name } : {}),
        ...(found ? found.file.placeOf(found.offset) : (inspection.placeOfPosition(position) ?? {})),
        message: `${wrong} is ${words[wrong]}; ${value} seconds look like ${meant}, which is ${words[meant]}.`,
        ...(fix ? { fix } : {}),
      };
    }
  }
  for (const file of inspection.files) yield* confusedComments(file);
}

/** A comment such as “rolls back unless confirmed within 240 seconds”. */
function* confusedComments(file: NixFile): Generator<Finding> {
  if (!file.text.includes('240')) return;
  for (const { start, end } of commentsOf(file.text)) {
    const text = file.text.slice(start, end);
    const isAboutConfirming = /confirm|roll(s|ed|ing)?[ -]?back/i.test(text);
    if (!/\b240\b/.test(text) || !isAboutConfirming || /activationTimeout/.test(text)) continue;
    yield {
      code: 'deploy-timeouts-confused',
      severity: 'hint',
      ...file.placeOf(start),
      message: `240 seconds belong to activationTimeout, ${words.activationTimeout}. confirmTimeout is ${words.confirmTimeout}.`,
    };
  }
}

/** Gives the setting the name that its value belongs to, where the set around it does not have that one too. */
function renameFix(file: NixFile, offset: number, key: Key, meant: Key): Fix | null {
  if (file.tree.problems.length > 0) return null;
  const around = nodesAt(file.tree.root, offset);
  const binding = around.findLast((node) => node.kind === 'binding');
  const name = binding?.path.names.at(-1);
  if (!binding || !name || attributeNameText(file.text, name) !== key) return null;
  const set = around.findLast((node) => node.kind === 'attribute-set');
  const bindings = set?.kind === 'attribute-set' ? set.bindings : null;
  const isTaken = bindings?.some(
    (item) => item.kind === 'binding' && pathNames(file.text, item.path.names).includes(meant),
  );
  if (isTaken !== false) return null;
  return file.fix(`Call it ${meant}`, [{ start: name.start, end: name.end, text: meant }]);
}
