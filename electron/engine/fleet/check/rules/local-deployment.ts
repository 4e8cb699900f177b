import type { Finding } from '../../../../../shared/contract/finding.ts';
import { commentsAround, commentsOf } from '../../../../../shared/nix/comments.ts';
import { isFirstOnLine, lineStart } from '../../../../../shared/nix/line.ts';
import type { Splice } from '../../../../../shared/nix/splice.ts';
import type { Binding, Span } from '../../../../../shared/nix/syntax.ts';
import type { Inspection } from '../inspection.ts';
import type { NixFile } from '../nix-file.ts';

const aboutBuilding = /binfmt|emulat|qemu|cross|architectur|aarch64|\barm|(build|compil)\w* (for|on|local)/i;

/**
 * A comment that takes `allowLocalDeployment` for permission to build for another processor. It lets `colmena
 * apply-local` run on the machine itself, and has nothing to do with where something is built (colmena, options.nix).
 */
export function* wrongLocalDeployment(inspection: Inspection): Generator<Finding> {
  for (const file of inspection.files) {
    if (!file.text.includes('allowLocalDeployment')) continue;
    const comments = commentsOf(file.text);
    for (const { binding, path } of file.bindings) {
      if (path.at(-1) !== 'allowLocalDeployment') continue;
      const around = commentsAround(file.text, comments, binding);
      const wrong = around.filter(({ start, end }) => aboutBuilding.test(file.text.slice(start, end)));
      const [first] = wrong;
      if (!first) continue;
      const host = inspection.hosts.find(({ name }) => path.includes(name))?.name;
      const isPlain =
        file.tree.problems.length === 0 && file.text.slice(binding.value.start, binding.value.end) === 'true';
      yield {
        code: 'local-deployment-misunderstood',
        severity: 'warning',
        ...(host === undefined ? {} : { host }),
        ...file.placeOf(first.start),
        message:
          'allowLocalDeployment does not let this computer build for another kind of processor: it only allows ‘colmena ' +
          'apply-local’ on the machine itself. Building for another processor needs boot.binfmt.emulatedSystems on the ' +
          'computer that builds, a remote builder, or deployment.buildOnTarget.',
        ...(isPlain ? { fix: file.fix('Remove allowLocalDeployment', removal(file, binding, wrong)) } : {}),
      };
    }
  }
}

/** Takes lines away that hold nothing but the binding and the comments that are wrong. */
function removal(file: NixFile, binding: Binding, comments: readonly Span[]): Splice[] {
  const { text } = file;
  const items = [...comments, binding].toSorted((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const item of items) {
    const last = merged.at(-1);
    if (last && text.slice(last.end, item.start).trim() === '') last.end = item.end;
    else merged.push({ start: item.start, end: item.end });
  }
  return merged.map(({ start, end }) => {
    const rest = /^[ \t]*(\r?\n)/.exec(text.slice(end));
    const isWhole = isFirstOnLine(text, start) && (rest !== null || text[end - 1] === '\n');
    return isWhole
      ? { start: lineStart(text, start), end: end + (rest?.[0].length ?? 0), text: '' }
      : { start, end, text: '' };
  });
}
