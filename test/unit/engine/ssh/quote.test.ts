import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteArgument, remoteCommandLine } from '../../../../electron/engine/ssh/quote.ts';

/** What a shell makes of a command line: the arguments that `printf` gets, separated by NUL. */
function argumentsSeenBy(shell: string, argv: readonly string[]): string[] {
  const line = remoteCommandLine(['printf', '%s\\0', ...argv]);
  return execFileSync(shell, ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const hostile = [
  '',
  ' ',
  "'",
  "''",
  "it's",
  '"',
  '\\',
  "\\'",
  '\\\\',
  '$(reboot)',
  '`reboot`',
  '$HOME',
  '${PATH}',
  'a;reboot',
  'a&b|c>d<e',
  '-oProxyCommand=x',
  '--',
  '../x',
  '~root',
  '*',
  '[a-z]',
  '{a,b}',
  '!!',
  '#comment',
  'a\nb',
  '\t',
  '\r\n',
  'x=1',
  'é😀',
  '\u202e',
  'a'.repeat(300),
];

describe.each(['sh', 'bash'])('a remote command line, read by %s', (shell) => {
  test('brings hostile arguments through as they are', () => {
    expect(argumentsSeenBy(shell, hostile)).toEqual(hostile);
  });

  test('brings any text through as it is', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((text) => text.replaceAll('\0', ''))
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(argumentsSeenBy(shell, words)).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});

test('words without a special character stay readable', () => {
  expect(remoteCommandLine(['nix-env', '-p', '/nix/var/nix/profiles/system', '--set', '/nix/store/abc-x'])).toBe(
    'nix-env -p /nix/var/nix/profiles/system --set /nix/store/abc-x',
  );
});

test('backslashes stand outside of the quotes, where fish reads them as sh does', () => {
  expect(quoteArgument("a\\'b c")).toBe("'a'\\\\''\\''b c'");
});

test('a NUL character is refused', () => {
  expect(() => quoteArgument('a\0b')).toThrow(RangeError);
});
