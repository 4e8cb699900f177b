import fc from 'fast-check';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { factoryFlake } from '../../shared/fleet/template/flake-factory.ts';
import { simpleFlake } from '../../shared/fleet/template/flake-simple.ts';
import { tokenize } from '../../shared/nix/lexer.ts';
import { formatValue, type NixValue } from '../../shared/nix/value.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, projectRoot, type Lab } from '../lab/index.ts';
import { nixLikeText } from '../unit/shared/nix/nix-like-text.ts';
import { nixData } from '../unit/shared/nix/nix-data.ts';

let lab: Lab;
const cli = commandLine;

async function run(argv: readonly string[], stdin = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 240_000, stdin });
  expect(exitCode, `${argv[0]}\n${stderr}`).toBe(0);
  return stdout;
}

/** Data as it is compared: names in order, no minus in front of zero, whole numbers that Nix has exactly as such. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => [name, normal(item)]),
    );
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) return value;
  return Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 2 ** 63 ? BigInt(value) : value + 0;
}

/** Values that a person could try, before those that are generated. */
const chosen: NixValue[] = [
  '${builtins.abort "evaluated"}',
  "''${builtins.abort \"evaluated\"}''",
  '"; evil = builtins.abort "evaluated"; x = "',
  "one\n  ''two\n${three}\n",
  '$${x}',
  '\\${x}',
  '$\n{x}',
  ' \n  x\n',
  "x\n'",
  'a\r\nb\r',
  '\ta\n\tb\n',
  '\u0001\u001b[31m\u007f',
  '\u{1f600} ü',
  { '': 1, 'a.b': 2, '${x}': 3, or: 4, 'in"': 5, "a'": 6, 'x y': 7, __proto__x: 8, 'a\nb': 9 },
  [-1, [-1.5], [[]], {}],
  9007199254740993n,
  -9223372036854775807n,
  -9223372036854775808n,
  9223372036854775807n,
  1e300,
  1e-300,
  2.2250738585072014e-308,
  0.1,
  1e21,
  123456789.125,
];

describeLab('Nix text against real nix', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'nix-text', onProgress: console.log });
  });
  afterAll(() => lab?.down());

  test('several hundred hostile values come out of nix as they went in', async () => {
    const values = [...chosen, ...fc.sample(nixData, { numRuns: 500, seed: 20261121 })];
    const bindings = values.map((value, index) => `  v${index} = ${formatValue(value, '  ')};\n`).join('');
    const file = join(lab.folder, 'values.nix');
    await writeFile(file, `{\n${bindings}  list = ${formatValue(values, '  ')};\n}\n`);
    const output = await run(['nix', 'eval', '--json', '--file', file]);
    const schema = z.record(z.string(), z.unknown());
    const { list, ...single } = schema.parse(
      JSON.parse(output, (_key, value: unknown, ...rest: readonly unknown[]) => exact(value, rest[0])),
    );
    expect(Object.keys(single)).toHaveLength(values.length);
    for (const [index, value] of values.entries()) {
      expect(normal(single[`v${index}`]), formatValue(value)).toEqual(normal(value));
    }
    expect(normal(list)).toEqual(normal(values));
  });

  test('the command line turns JSON into Nix text that gives the JSON again', async () => {
    const json = JSON.stringify(
      fc.sample(nixData, { numRuns: 300, seed: 7 }).concat(chosen.filter((value) => typeof value !== 'bigint')),
    );
    const text = await run(['node', cli, 'nix', 'format-value'], json);
    const file = join(lab.folder, 'from-json.nix');
    await writeFile(file, text);
    const output = await run(['nix', 'eval', '--json', '--file', file]);
    expect(normal(JSON.parse(output))).toEqual(normal(JSON.parse(json)));
  });

  test('a value that nix cannot hold is refused, and so is what is no JSON', async () => {
    const nul = await lab.controller.exec(['node', cli, 'nix', 'format-value'], { stdin: '["a\\u0000b"]' });
    expect(nul).toMatchObject({ exitCode: 1, stdout: '' });
    expect(nul.stderr).toContain('NUL');
    const notJson = await lab.controller.exec(['node', cli, 'nix', 'format-value'], { stdin: '{ a = 1; }' });
    expect(notJson).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('nix check says of every text what nix-instantiate --parse says', async () => {
    const recorded = z
      .array(z.tuple([z.string(), z.boolean()]))
      .parse(JSON.parse(await readFile(join(projectRoot, 'test/fixtures/nix-text/verdicts.json'), 'utf8')));
    const sources = await Promise.all(
      ['doctor-hive/flake.nix', 'attrsets/flake.nix', 'hive-nix/hive.nix'].map((file) =>
        readFile(join(projectRoot, 'test/fixtures/fleets', file), 'utf8'),
      ),
    );
    sources.push(factoryFlake({ name: 'x', release: '26.05' }), simpleFlake({ name: 'x', release: '26.05' }));
    const mutated = fc.sample(mutations(sources), { numRuns: 250, seed: 42 });
    const generated = fc.sample(
      nixLikeText().filter((text) => !text.includes('\0') && text.isWellFormed()),
      { numRuns: 150, seed: 43 },
    );
    const numbers = [
      '5.0e-324',
      '2.2250738585072014e-308',
      '1.0e308',
      '1.0e309',
      '0.0e-400',
      '.5',
      '1.e3',
      '007',
      '1.5e+3',
    ];
    const texts = [...numbers, ...recorded.map(([text]) => text), ...sources, ...mutated, ...generated];
    const folder = join(lab.folder, 'texts');
    await mkdir(folder);
    const files = texts.map((_, index) => join(folder, `${String(index).padStart(4, '0')}.nix`));
    await Promise.all(texts.map((text, index) => writeFile(files[index] ?? '', text)));

    const script = `for file in "$1"/*.nix; do
      said=$(nix-instantiate --extra-experimental-features pipe-operators --parse "$file" 2>&1 >/dev/null) && said=
      case $said in "" | *"undefined variable"*) echo true ;; *) echo false ;; esac
    done`;
    const verdicts = (await run(['sh', '-c', script, 'sh', folder]))
      .trim()
      .split('\n')
      .map((line) => line === 'true');
    expect(verdicts).toHaveLength(texts.length);

    const { stdout } = await lab.controller.exec(['node', cli, 'nix', 'check', ...files], { timeoutMs: 120_000 });
    const place = z.object({ file: z.string(), line: z.int(), column: z.int(), message: z.string() });
    const complained = new Set(
      z
        .array(place)
        .parse(JSON.parse(stdout))
        .map(({ file }) => file),
    );
    const different = texts.flatMap((text, index) => {
      const ours = !complained.has(files[index] ?? '');
      return ours === verdicts[index] ? [] : [{ text, nix: verdicts[index], ours }];
    });
    expect(different).toEqual([]);
    // A test of texts that are all refused, or all accepted, would say little.
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(100);
    expect(verdicts.filter((isAccepted) => !isAccepted).length).toBeGreaterThan(100);
  });
});

/** Whole numbers beyond 2^53 as bigints, where JSON has them. */
function exact(value: unknown, context: unknown): unknown {
  const known = z.object({ source: z.string() }).safeParse(context);
  const isLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLarge && known.success && /^-?\d{1,19}$/.test(known.data.source) ? BigInt(known.data.source) : value;
}

/** Real texts with one or two tokens removed, doubled, exchanged or put elsewhere. */
function mutations(sources: readonly string[]): fc.Arbitrary<string> {
  const position = fc.nat(100_000);
  const change = fc.tuple(fc.constantFrom('remove', 'double', 'swap', 'insert'), position, position);
  return fc
    .tuple(fc.constantFrom(...sources), fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([text, changes]) => {
      const tokens = tokenize(text);
      const pieces = Array.from({ length: tokens.count }, (_, i) => text.slice(tokens.starts[i], tokens.starts[i + 1]));
      for (const [what, first, second] of changes) {
        const at = first % pieces.length;
        const other = second % pieces.length;
        const [a = '', b = ''] = [pieces[at], pieces[other]];
        if (what === 'remove') pieces[at] = '';
        else if (what === 'double') pieces[at] = a + a;
        else if (what === 'insert') pieces[at] = a + b;
        else [pieces[at], pieces[other]] = [b, a];
      }
      return pieces.join('');
    });
}
