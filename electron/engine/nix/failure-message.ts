import { plainText } from './terminal-text.ts';

const quotedDerivation = /'(\/[^'\n]*?\.drv)'/;
/** 2.26: `1 dependencies of derivation '…' failed to build`; 2.34: `Cannot build '…'.\nReason: 1 dependency failed.` */
const onlyWaited =
  /^\d+ dependenc(?:y|ies) of derivation '.*' failed to build|\nReason: \d+ dependenc(?:y|ies) failed|^build of '[^']*'(?:, '[^']*')* failed$/;
/** Where nix itself repeats the log: `last 4 log lines:` (2.26), `Last 4 log lines:` (2.34). */
const repeatedLog = /[;.]?\n\s*[lL]ast \d+ log lines:\n/;

export interface FailureMessage {
  readonly drv: string;
  /** The message without the repeated log. */
  readonly message: string;
  readonly logLines: readonly string[];
  /** True where the derivation was not made because another one was not: a consequence, not a cause. */
  readonly isConsequence: boolean;
}

/** Reads an error (without escape sequences) that says which derivation could not be made; null: it names none. */
export function readFailure(error: string): FailureMessage | null {
  const drv = quotedDerivation.exec(error)?.[1];
  if (drv === undefined) return null;
  const repeated = repeatedLog.exec(error);
  const message = repeated === null ? error : error.slice(0, repeated.index);
  return {
    drv,
    message: message.trim(),
    logLines: repeated === null ? [] : quotedLines(error.slice(repeated.index + repeated[0].length)),
    isConsequence: onlyWaited.test(error),
  };
}

function quotedLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const quoted = /^\s*> ?(.*)$/.exec(line);
    if (quoted === null) break;
    lines.push(plainText(quoted[1] ?? ''));
  }
  return lines;
}
