import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isKept } from './bench/bench.ts';
import type { Bench, Measurement } from './bench/bench.ts';
import { root } from './places.ts';
import { buildProcesses } from './processes.ts';

/**
 * `npm run bench [-- --json] [-- NAME ...]`: runs test/bench/*.bench.ts one after the other and holds each figure against
 * its bound. Exit status 1 when one is broken. `--json` prints one JSON document on standard output and nothing else.
 */
const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
const say = (line: string) => process.stderr.write(`${line}\n`);

const benchModule = z.object({
  default: z.custom<Bench>((value) => typeof value === 'object' && value !== null && 'run' in value),
});
const folder = join(root, 'test', 'bench');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length))
  .filter((name) => positionals.length === 0 || positionals.includes(name));
if (names.length === 0) {
  say(`There is no bench ${positionals.join(', ')} in test/bench.`);
  process.exit(2);
}

await buildProcesses(() => say('building the programs ...'));

const measured: { bench: string; measurement: Measurement }[] = [];
const broken: { bench: string; reason: string }[] = [];
const skipped: { bench: string; reason: string }[] = [];
for (const name of names) {
  const bench = benchModule.parse(await import(pathToFileURL(join(folder, `${name}.bench.ts`)).href)).default;
  const reason = await bench.whyNot?.();
  if (reason) {
    say(`skipped  ${name}: ${reason}`);
    skipped.push({ bench: name, reason });
    continue;
  }
  say(`running  ${name}: ${bench.name} ...`);
  try {
    for (const measurement of await bench.run()) measured.push({ bench: name, measurement });
  } catch (error) {
    broken.push({ bench: name, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

const rows = measured.map(({ bench, measurement }) => ({ bench, ...measurement, isKept: isKept(measurement) }));
const failures = rows.filter((row) => !row.isKept).length + broken.length;
if (values.json) process.stdout.write(`${JSON.stringify({ measurements: rows, broken, skipped }, null, 2)}\n`);
else {
  const table = [
    ['figure', 'value', 'bound', 'verdict', 'measured'],
    ...rows.map((row) => [
      row.name,
      amount(row.value, row.unit),
      bound(row),
      row.isKept ? 'kept' : 'BROKEN',
      row.detail ?? '',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const { bench, reason } of broken) console.log(`\n${bench} broke: ${reason}`);
  for (const { bench, reason } of skipped) console.log(`skipped  ${bench}: ${reason}`);
  console.log(
    `\n${rows.length - rows.filter((row) => !row.isKept).length} kept, ${failures} broken, ${skipped.length} skipped`,
  );
}
process.exitCode = failures > 0 ? 1 : 0;

function amount(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })}${unit === 'x' ? 'x' : ` ${unit}`}`;
}

function bound({ atMost, atLeast, unit }: Measurement): string {
  if (atMost !== undefined) return `<= ${amount(atMost, unit)}`;
  return atLeast === undefined ? '' : `>= ${amount(atLeast, unit)}`;
}
