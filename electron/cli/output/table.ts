import { width, type Painter } from './text.ts';

/** Rows under bold headings, columns as wide as their widest cell; cells must be {@link printable} already. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], paint: Painter): string {
  const widths = headings.map((heading, column) =>
    Math.max(width(heading), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const line = (cells: readonly string[], isHeading: boolean): string =>
    cells
      .map((cell, column) => {
        const isLast = column === cells.length - 1;
        const padded = isLast ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell));
        return isHeading ? paint('bold', padded) : padded;
      })
      .join('  ');
  return [line(headings, true), ...rows.map((row) => line(row, false))].join('\n') + '\n';
}
