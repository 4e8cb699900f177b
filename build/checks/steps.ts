import { existsSync } from 'node:fs';
import { electronBinary } from '../electron-binary.ts';
import { buildPage } from '../page.ts';
import { buildProcesses } from '../processes.ts';
import { judgeSuite } from './counts.ts';
import type { Counts } from './counts.ts';
import { missingForBoots, missingForLayouts } from './machine-needs.ts';
import { checkPlantedErrors } from './planted-errors.ts';
import { runCommand } from './run-command.ts';
import { eslint, knip, layers, playwright, prettier, svelteCheck, typescript, vitest } from './tools.ts';

export interface StepResult {
  readonly counts: Counts;
  /** What the tool said; shown when it failed. */
  readonly output: string;
}

export interface StepContext {
  /** Hears what the tool says as it comes. */
  readonly onOutput: (text: string) => void;
  /** Where a suite's reporter writes its counts. */
  readonly countsFile: string;
  readonly readCounts: () => Counts | null;
}

export interface Step {
  readonly name: string;
  readonly group: 'static' | 'build' | 'unit' | 'integration' | 'machines' | 'e2e';
  readonly what: string;
  run(context: StepContext): Promise<StepResult>;
}

const nothing: Counts = { passed: 0, failed: [], skipped: [] };
const one = (name: string, isGood: boolean): Counts =>
  isGood ? { ...nothing, passed: 1 } : { ...nothing, failed: [{ test: name, reason: 'see what it says above' }] };

/** A tool that says yes or no. */
function check(name: string, what: string, argv: readonly [string, ...string[]]): Step {
  return {
    name,
    group: 'static',
    what,
    async run({ onOutput }) {
      const { exitCode, output } = await runCommand(argv, { onOutput });
      return { counts: one(name, exitCode === 0), output };
    },
  };
}

/** A suite of tests whose reporter writes its counts. */
function suite(name: string, group: Step['group'], what: string, argv: readonly [string, ...string[]]): Step {
  return {
    name,
    group,
    what,
    async run({ onOutput, countsFile, readCounts }) {
      const { exitCode, output } = await runCommand(argv, { onOutput, env: { NIXSTEAD_COUNTS: countsFile } });
      return { counts: judgeSuite(name, readCounts(), exitCode), output };
    },
  };
}

const machines = suite(
  'machines',
  'machines',
  'virtual machines: boots by real firmware and boot loaders; layouts by the real disko (where DISKO_PATH and NIXPKGS_LIB name it)',
  vitest('machines'),
);

/** Everything that `npm test` does. */
export const steps: readonly Step[] = [
  check('eslint', 'lint of TypeScript and Svelte, with types', eslint('.')),
  suite('unit', 'unit', 'pure code', vitest('unit')),
  {
    name: 'planted-errors',
    group: 'static',
    what: 'the type, layer and lint checks notice errors planted in a copy',
    async run() {
      const lines: string[] = [];
      const counts = await checkPlantedErrors((line) => lines.push(line));
      return { counts, output: lines.join('\n') };
    },
  },
  check('prettier', 'format', prettier()),
  check('types-shared', 'types of shared/, without Node and without DOM', typescript('tsconfig.shared.json')),
  check('types-node', 'types of electron/, test/ and build/', typescript('tsconfig.json')),
  check('types-renderer', 'types of renderer/', typescript('tsconfig.renderer.json')),
  check('types-page-tests', "types of the page's tests", typescript('tsconfig.page-tests.json')),
  check('svelte-check', 'types, markup and accessibility of components', svelteCheck()),
  check('layers', 'which folder may import which', layers()),
  check('knip', 'files, exports and packages that nothing uses', knip()),
  {
    name: 'page',
    group: 'build',
    what: 'the page and the programs of the desktop app build',
    async run() {
      try {
        await buildPage();
        await buildProcesses();
        return { counts: one('page', true), output: '' };
      } catch (error) {
        return { counts: one('page', false), output: error instanceof Error ? error.message : String(error) };
      }
    },
  },
  suite('integration', 'integration', 'real programs, and hosts of the lab', vitest('integration')),
  {
    ...machines,
    async run(context) {
      const needs = { 'boots of virtual machines': missingForBoots(), 'layouts on their disks': missingForLayouts() };
      const skipped = Object.entries(needs).flatMap(([test, reason]) => (reason === null ? [] : [{ test, reason }]));
      if (skipped.length < Object.keys(needs).length) return machines.run(context);
      return { counts: { ...nothing, skipped }, output: '' };
    },
  },
  suite('e2e', 'e2e', 'the app in Chromium, with axe', playwright()),
  {
    name: 'e2e-electron',
    group: 'e2e',
    what: 'the same in Electron, where its binary is (then it ran in the step before)',
    async run() {
      if (existsSync(electronBinary())) return { counts: nothing, output: '' };
      const reason = "Electron's binary is not on this machine (npx install-electron fetches it)";
      return { counts: { ...nothing, skipped: [{ test: 'end-to-end tests in Electron', reason }] }, output: '' };
    },
  },
];
