import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { closingLine, counts, failureLines, skipLines, sumOf } from './checks/counts.ts';
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
const isAlone = chosen.length === 1;
const running = new Map<Step, { since: number; lastLine: string }>();

/** Reads what a suite's reporter wrote; a suite that wrote nothing broke, one that ran nothing tests nothing. */
function readCounts(file: string): Counts | null {
  try {
    return counts.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** A step that is alone shows what it says as it comes; of steps side by side each shows it whole when it is over. */
async function run(step: Step): Promise<void> {
  const progress = { since: Date.now(), lastLine: '' };
  running.set(step, progress);
  if (isAlone) console.log(`\n--- ${step.name}: ${step.what}`);
  const countsFile = join(folder, `${step.name}.json`);
  const result = await step.run({
    onOutput: (text) => {
      progress.lastLine = stripVTControlCharacters(text).trim().split('\n').at(-1) || progress.lastLine;
      if (isAlone) process.stdout.write(text);
    },
    countsFile,
    readCounts: () => readCounts(countsFile),
  });
  running.delete(step);
  const time = seconds(progress.since);
  results.push({ step, result, time });
  const hasFailed = result.counts.failed.length > 0;
  if (!isAlone && (hasFailed || step.group !== 'static') && result.output !== '') {
    console.log(`\n--- ${step.name}: ${step.what}\n${result.output.trim()}\n`);
  }
  console.log(`${(hasFailed ? 'FAILED' : 'ok').padEnd(7)} ${step.name.padEnd(16)} ${time.padStart(8)}   ${step.what}`);
}

/** The chosen steps of these groups, one after the other. */
async function runAll(...groups: Step['group'][]): Promise<void> {
  for (const step of chosen.filter(({ group }) => groups.includes(group))) await run(step);
}

/** Steps are silent until they are over: every half a minute, what each is at. */
const progressLines = setInterval(() => {
  if (isAlone) return;
  for (const [{ name }, { since, lastLine }] of running) console.log(`  ...   ${name}, ${seconds(since)}: ${lastLine}`);
}, 30_000);

try {
  console.log(`${chosen.length} steps: ${chosen.map(({ name }) => name).join(', ')}`);
  // What is built is used by both suites with hosts. The first of them waits much, so the checks go beside it; the second
  // has pages with time limits and goes alone.
  await runAll('build');
  await Promise.all([runAll('static', 'unit'), runAll('integration')]);
  await runAll('machines', 'e2e');
} finally {
  clearInterval(progressLines);
  rmSync(folder, { recursive: true, force: true });
}

const total = sumOf(results.map(({ result }) => result.counts));
console.log(`\nAll steps, ${seconds(startedAt)}:`);
for (const { step, result, time } of results) {
  const word = result.counts.failed.length > 0 ? 'FAILED' : 'ok';
  console.log(`${word.padEnd(7)} ${step.name.padEnd(16)} ${time.padStart(8)}   ${closingLine(result.counts)}`);
}
for (const line of skipLines(total)) console.log(`skipped  ${line}`);
for (const line of failureLines(total)) console.log(`failed   ${line}`);
console.log(`\n${closingLine(total)}`);
process.exitCode = total.failed.length > 0 ? 1 : 0;
