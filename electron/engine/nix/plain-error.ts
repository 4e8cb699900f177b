import type { Place } from '../../../shared/contract/problem.ts';

/** An error as nix prints it for people: `error:`, a trace, `error: what`, `at FILE:L:C:`, source lines, hints. */
export interface PrintedError {
  readonly message: string;
  readonly trace: string;
  readonly place: Place | null;
}

const indent = '       ';
const position = /^at (.+):(\d+):(\d+):$/;

/** True where a plain line begins such an error. */
export function startsError(line: string): boolean {
  return line.startsWith('error:');
}

/** True where a plain line goes on with the error that the lines before began: nix indents by seven. */
export function continuesError(line: string): boolean {
  return line === '' || line.startsWith(indent);
}

/** Reads the collected lines; the first begins with `error:`. */
export function readPrintedError(lines: readonly string[]): PrintedError {
  const dedented = lines.map((line, index) =>
    index === 0 ? line.slice('error:'.length).trimStart() : line.startsWith(indent) ? line.slice(indent.length) : line,
  );
  const inner = dedented.findLastIndex((line, index) => index > 0 && line.startsWith('error:'));
  const own = inner < 0 ? dedented : dedented.slice(inner);
  if (inner >= 0) own[0] = (own[0] ?? '').slice('error:'.length).trimStart();
  const at = own.findIndex((line) => position.test(line));
  const found = position.exec(own[at] ?? '');
  return {
    message: (at < 0 ? own : own.slice(0, at)).join('\n').trimEnd(),
    trace: lines.join('\n').trimEnd(),
    place: found === null ? null : { file: found[1] ?? '', line: Number(found[2]), column: Number(found[3]) },
  };
}
