import type { Command } from '../contract/job.ts';

/** A word as a POSIX shell would have to be given it. Only for showing and copying: nothing here runs a shell. */
export function quoteForShell(word: string): string {
  if (word !== '' && /^[A-Za-z0-9_@%+=:,./<>-]+$/.test(word) && !/[<>]/.test(word)) return word;
  // <system> in a preview stands for a path that is not known yet; quoting it would only be in the way.
  if (/^[A-Za-z0-9_@%+=:,./-]*<[a-z-]+>[A-Za-z0-9_@%+=:,./^-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command as one line, environment first. */
export function commandText(command: Pick<Command, 'argv' | 'env'>): string {
  const env = Object.entries(command.env).map(([name, value]) => `${name}=${quoteForShell(value)}`);
  return [...env, ...command.argv.map(quoteForShell)].join(' ');
}
