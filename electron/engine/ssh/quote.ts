/** Characters that no shell gives a meaning, in any place of a word. `=` and `~` are left out: they have one at its start. */
const plainWord = /^[A-Za-z0-9_./:@%+,-]+$/;

/**
 * One argument as a word of a command line for a login shell. Quotes and backslashes stand outside of the single
 * quotes, so that fish, where `\\` means one backslash inside of them, reads the same as a POSIX shell.
 * @throws RangeError for a NUL character, which no argument can hold
 */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new RangeError('An argument of a command cannot hold a NUL character');
  if (plainWord.test(argument)) return argument;
  return `'${argument.replace(/['\\]/g, (character) => `'\\${character}'`)}'`;
}

/**
 * The command line of an argument vector. An SSH server hands every command to the login shell as one string: this is
 * the only place that makes such a string.
 */
export function remoteCommandLine(argv: readonly string[]): string {
  return argv.map(quoteArgument).join(' ');
}
