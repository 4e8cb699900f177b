import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closingLine, counts, skipLines, sumOf } from './checks/counts.ts';
import type { Counts } from './checks/counts.ts';
import { steps } from './checks/steps.ts';
import type { Step, StepResult } from './checks/steps.ts';

/**
 * `npm test [-- --only NAME ...]`: every check and every test, with the time of each. NAME is a step or a group of
 * `--list`. Exit status 1 when anything failed.
 */
const { values, positionals } = parseArgs({
  options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' } },
  allowPositionals: true,
});

const wanted = [...(values.only ?? []), ...positionals];
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name || step.group === name));
if (values.list || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no step or group ${unknown.join(', ')}. There are:`);
  for (const { name, group, what } of steps) console.log(`${name.padEnd(16)} ${group.padEnd(12)} ${what}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const chosen = steps.filter((step) => wanted.length === 0 || wanted.includes(step.name) || wanted.includes(step.group));

const startedAt = Date.now();
const seconds = (from: number) => `${((Date.now() - from) / 1000).toFixed(1)} s`;
const folder = mkdtempSync(join(tmpdir(), 'nixstead-test-'));
const results: { step: Step; result: StepResult; time: string }[] = [];

/** Reads what a suite's reporter wrote; a suite that wrote nothing broke, one that ran nothing tests nothing. */
function readCounts(file: string): Counts | null {
  try {
    return counts.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

async function run(step: Step, isAlone: boolean): Promise<void> {
  const stepStartedAt = Date.now();
  if (isAlone) console.log(`\n--- ${step.name}: ${step.what}`);
  const countsFile = join(folder, `${step.name}.json`);
  const result = await step.run({
    isShown: isAlone,
    countsFile,
    readCounts: () => readCounts(countsFile),
  });
  const time = seconds(stepStartedAt);
  results.push({ step, result, time });
  const word = result.counts.failed > 0 ? 'FAILED' : 'ok';
  console.log(`${word.padEnd(7)} ${step.name.padEnd(16)} ${time.padStart(8)}   ${step.what}`);
  if (result.counts.failed > 0 && !isAlone) console.log(result.output.trimEnd());
}

try {
  console.log(`${chosen.length} steps: ${chosen.map(({ name }) => name).join(', ')}`);
  // Checks that only read go side by side; suites one after the other, since the lab and time limits want the machine.
  const waiting = chosen.filter(({ group }) => group === 'static');
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next, false);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  for (const step of chosen.filter(({ group }) => group !== 'static')) await run(step, true);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const total = sumOf(results.map(({ result }) => result.counts));
console.log(`\nAll steps, ${seconds(startedAt)}:`);
for (const { step, result, time } of results) {
  const word = result.counts.failed > 0 ? 'FAILED' : 'ok';
  console.log(`${word.padEnd(7)} ${step.name.padEnd(16)} ${time.padStart(8)}   ${closingLine(result.counts)}`);
}
for (const line of skipLines(total)) console.log(`skipped  ${line}`);
console.log(`\n${closingLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
