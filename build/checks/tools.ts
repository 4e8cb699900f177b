import { join } from 'node:path';
import { root } from '../places.ts';

const packages = join(root, 'node_modules');
/** A tool's own JavaScript file under this Node: `.bin` names depend on the platform, and two packages own `tsc`. */
const tool = (path: string, ...args: string[]): readonly [string, ...string[]] => [
  process.execPath,
  join(packages, path),
  ...args,
];

const sources = ['shared', 'electron', 'renderer', 'build', 'test'];

export const prettier = (): readonly [string, ...string[]] =>
  tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.');
export const eslint = (...paths: string[]): readonly [string, ...string[]] =>
  tool('eslint/bin/eslint.js', '--config', 'build/checks/eslint.config.js', '--max-warnings=0', ...paths);
/** TypeScript 7, which is fast; the tools beside it use TypeScript 6. */
export const typescript = (project: string): readonly [string, ...string[]] =>
  tool('typescript-native/bin/tsc', '--project', project);
export const svelteCheck = (): readonly [string, ...string[]] =>
  tool(
    'svelte-check/bin/svelte-check',
    '--tsconfig',
    'tsconfig.renderer.json',
    '--fail-on-warnings',
    '--output',
    'human',
  );
export const layers = (...paths: string[]): readonly [string, ...string[]] =>
  tool(
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    'build/checks/dependency-cruiser.cjs',
    ...(paths.length > 0 ? paths : sources),
  );
export const knip = (): readonly [string, ...string[]] =>
  tool('knip/bin/knip.js', '--config', 'build/checks/knip.json', '--no-progress');
export const vitest = (project: string, ...more: string[]): readonly [string, ...string[]] =>
  tool(
    'vitest/vitest.mjs',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=./build/checks/vitest-counts.ts',
    ...more,
  );
export const playwright = (...more: string[]): readonly [string, ...string[]] =>
  tool('@playwright/test/cli.js', 'test', '--config', 'build/checks/playwright.config.ts', ...more);
