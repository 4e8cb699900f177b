/** A file that a program writes says so on its first lines; the line that does, or null. */
export function generatedLine(text: string): string | null {
  const head = text.split('\n', 8);
  const line = head.find(
    (item) =>
      /^\s*(#|\/\*|\*|"_?comment")/.test(item) &&
      /do\s*n[o']t\s+(edit|modify|change)|\b(auto-?)?generated\b/i.test(item),
  );
  return line === undefined ? null : line.trim().slice(0, 200);
}
