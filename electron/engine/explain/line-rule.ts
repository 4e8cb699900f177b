import type { Problem } from '../../../shared/contract/problem.ts';

/** Something that a program says when it fails, and what a person should read instead: data. */
export interface LineRule {
  readonly code: string;
  /** The line that proves it, over a whole text; the first group that fits fills `%` of the title. */
  readonly line: RegExp;
  readonly title: string;
  readonly advice: readonly string[];
  readonly canRetry?: boolean;
}

/** What the first rule that fits says of a text without escape sequences; null where none does. */
export function explainByLine(text: string, rules: readonly LineRule[]): Problem | null {
  for (const { code, line: pattern, title, advice, canRetry } of rules) {
    const line = pattern.exec(text);
    if (!line) continue;
    const name = line.slice(1).find((group) => group !== undefined) ?? '';
    return {
      code,
      title: title.replace('%', () => name).replace(/: $/, ''),
      evidence: line[0].trim(),
      advice: [...advice],
      ...(canRetry === true ? { canRetry: true } : {}),
    };
  }
  return null;
}
