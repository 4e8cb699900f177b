import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../places.ts';
import type { Counts } from './counts.ts';
import { runCommand } from './run-command.ts';
import { eslint, layers, svelteCheck, typescript } from './tools.ts';

interface Plant {
  /** What must be noticed, as a sentence. */
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly argv: readonly [string, ...string[]];
  /** What the tool must say beside naming the file. */
  readonly finding: string;
}

const wrongType = "export const planted: number = 'text';\n";

const plants: readonly Plant[] = [
  {
    what: 'the type check finds a wrong type in shared/',
    file: 'shared/planted.ts',
    text: wrongType,
    argv: typescript('tsconfig.shared.json'),
    finding: 'TS2322',
  },
  {
    what: 'the type check finds a wrong type in electron/',
    file: 'electron/engine/planted.ts',
    text: wrongType,
    argv: typescript('tsconfig.json'),
    finding: 'TS2322',
  },
  {
    what: 'the type check finds a wrong type in renderer/*.ts',
    file: 'renderer/planted.ts',
    text: wrongType,
    argv: typescript('tsconfig.renderer.json'),
    finding: 'TS2322',
  },
  {
    what: 'the type check finds a wrong type in a .svelte file',
    file: 'renderer/Planted.svelte',
    text: '<script lang="ts">\n  const planted: number = \'text\';\n</script>\n\n{planted}\n',
    argv: svelteCheck(),
    finding: "Type 'string' is not assignable to type 'number'",
  },
  {
    what: 'the layer check finds an import of the engine in shared/',
    file: 'shared/planted.ts',
    text: "export { ProblemError } from '../electron/engine/errors.ts';\n",
    argv: layers('shared'),
    finding: 'shared-is-pure',
  },
  {
    what: 'the layer check finds Node in shared/',
    file: 'shared/planted.ts',
    text: "export { readFileSync } from 'node:fs';\n",
    argv: layers('shared'),
    finding: 'shared-without-node',
  },
  {
    what: 'the layer check finds an import of the engine in a .svelte file',
    file: 'renderer/Planted.svelte',
    text: '<script lang="ts">\n  import { ProblemError } from \'../electron/engine/errors.ts\';\n</script>\n\n{ProblemError.name}\n',
    argv: layers('renderer'),
    finding: 'renderer-only-shared',
  },
  {
    what: "the layer check finds 'electron' in the engine",
    file: 'electron/engine/planted.ts',
    text: "export { app } from 'electron';\n",
    argv: layers('electron/engine'),
    finding: 'electron-only-in-shell',
  },
  {
    what: 'the layer check finds an import of a door in the engine',
    file: 'electron/engine/planted.ts',
    text: "export { createToken } from '../browser/token.ts';\n",
    argv: layers('electron/engine'),
    finding: 'engine-knows-no-door',
  },
  {
    what: 'the lint finds `any`',
    file: 'electron/engine/planted.ts',
    text: 'export const planted: any = 1;\n',
    argv: eslint('electron/engine/planted.ts'),
    finding: 'no-explicit-any',
  },
  {
    what: 'the lint finds a command that goes through a shell',
    file: 'electron/engine/planted.ts',
    text: "import { spawn } from 'node:child_process';\n\nexport const planted = spawn('true', [], { shell: true });\n",
    argv: eslint('electron/engine/planted.ts'),
    finding: 'no-restricted-syntax',
  },
];

/** The sources and configurations that the tools look at; the tests' fixtures are not needed. */
const copied = ['shared', 'electron', 'renderer', 'build', 'package.json'];
const configurations = ['tsconfig.base.json', 'tsconfig.json', 'tsconfig.shared.json', 'tsconfig.renderer.json'];

/**
 * Puts one error after the other into a copy of the sources and runs the tool that has to notice it: a check that
 * cannot fail checks nothing. Leaves nothing behind.
 */
export async function checkPlantedErrors(say: (line: string) => void): Promise<Counts> {
  const copy = mkdtempSync(join(tmpdir(), 'nixstead-planted-'));
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  try {
    for (const name of [...copied, ...configurations]) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const plant of plants) {
      const file = join(copy, plant.file);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, plant.text);
      const { exitCode, output } = await runCommand(plant.argv, { cwd: copy });
      rmSync(file);
      const name = plant.file.slice(plant.file.lastIndexOf('/') + 1);
      const isNoticed = exitCode !== 0 && output.includes(name) && output.includes(plant.finding);
      counts[isNoticed ? 'passed' : 'failed'] += 1;
      if (!isNoticed) say(`NOT NOTICED: ${plant.what} (exit status ${exitCode})\n${output}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return counts;
}

if (import.meta.main) console.log(await checkPlantedErrors((line) => console.log(line)));
