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
const layersOfAll = layers('shared', 'electron', 'renderer');
const lint = eslint('electron/engine/planted');

/** Each in a file of its own: a finding counts where the tool names the file. */
const plants: readonly Plant[] = [
  {
    what: 'the type check finds a wrong type in shared/',
    file: 'shared/planted-type.ts',
    text: wrongType,
    argv: typescript('tsconfig.shared.json'),
    finding: 'TS2322',
  },
  {
    what: 'the type check finds a wrong type in electron/',
    file: 'electron/engine/planted-type.ts',
    text: wrongType,
    argv: typescript('tsconfig.json'),
    finding: 'TS2322',
  },
  {
    what: 'the type check finds a wrong type in renderer/*.ts',
    file: 'renderer/planted-type.ts',
    text: wrongType,
    argv: typescript('tsconfig.renderer.json'),
    finding: 'TS2322',
  },
  {
    what: 'the type check finds a wrong type in a .svelte file',
    file: 'renderer/PlantedType.svelte',
    text: '<script lang="ts">\n  const planted: number = \'text\';\n</script>\n\n{planted}\n',
    argv: svelteCheck(),
    finding: "Type 'string' is not assignable to type 'number'",
  },
  {
    what: 'the layer check finds an import of the engine in shared/',
    file: 'shared/planted-engine.ts',
    text: "export { ProblemError } from '../electron/engine/errors.ts';\n",
    argv: layersOfAll,
    finding: 'shared-is-pure',
  },
  {
    what: 'the layer check finds Node in shared/',
    file: 'shared/planted-node.ts',
    text: "export { readFileSync } from 'node:fs';\n",
    argv: layersOfAll,
    finding: 'shared-without-node',
  },
  {
    what: 'the layer check finds an import of the engine in a .svelte file',
    file: 'renderer/PlantedEngine.svelte',
    text: '<script lang="ts">\n  import { ProblemError } from \'../electron/engine/errors.ts\';\n</script>\n\n{ProblemError.name}\n',
    argv: layersOfAll,
    finding: 'renderer-only-shared',
  },
  {
    what: "the layer check finds 'electron' in the engine",
    file: 'electron/engine/planted-electron.ts',
    text: "export { app } from 'electron';\n",
    argv: layersOfAll,
    finding: 'electron-only-in-shell',
  },
  {
    what: 'the layer check finds an import of a door in the engine',
    file: 'electron/engine/planted-door.ts',
    text: "export { createToken } from '../browser/token.ts';\n",
    argv: layersOfAll,
    finding: 'engine-knows-no-door',
  },
  {
    what: 'the lint finds `any`',
    file: 'electron/engine/planted/any.ts',
    text: 'export const planted: any = 1;\n',
    argv: lint,
    finding: 'no-explicit-any',
  },
  {
    what: 'the lint finds a command that goes through a shell',
    file: 'electron/engine/planted/shell.ts',
    text: "import { spawn } from 'node:child_process';\n\nexport const planted = spawn('true', [], { shell: true });\n",
    argv: lint,
    finding: 'no-restricted-syntax',
  },
  {
    what: 'the lint finds an SSH key that is made by a package which breaks some',
    file: 'electron/engine/planted/key.ts',
    text: "import ssh2 from 'ssh2';\n\nexport const planted = ssh2.utils.generateKeyPairSync('ed25519');\n",
    argv: lint,
    finding: 'ssh2 breaks one of 256',
  },
];

/** The sources and configurations that the tools look at. Tests and most pages are left out: they would only take time. */
const copied = ['shared', 'electron', 'renderer/ui', 'build', 'package.json'];
const configurations = ['tsconfig.base.json', 'tsconfig.json', 'tsconfig.shared.json', 'tsconfig.renderer.json'];

/**
 * Puts errors into a copy of the sources and runs the tools that have to notice them: a check that cannot fail checks
 * nothing. Leaves nothing behind.
 */
export async function checkPlantedErrors(say: (line: string) => void): Promise<Counts> {
  const copy = mkdtempSync(join(tmpdir(), 'nixstead-planted-'));
  const counts: Counts = { passed: 0, failed: [], skipped: [] };
  try {
    for (const name of [...copied, ...configurations]) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const [argv, planted] of Map.groupBy(plants, (plant) => plant.argv)) {
      for (const { file, text } of planted) {
        mkdirSync(dirname(join(copy, file)), { recursive: true });
        writeFileSync(join(copy, file), text);
      }
      const { exitCode, output } = await runCommand(argv, { cwd: copy });
      for (const { what, file, finding } of planted) {
        rmSync(join(copy, file));
        const name = file.slice(file.lastIndexOf('/') + 1);
        const isNoticed = exitCode !== 0 && output.includes(name) && output.includes(finding);
        if (isNoticed) counts.passed += 1;
        else {
          counts.failed.push({ test: what, reason: `not noticed (exit status ${exitCode})` });
          say(`NOT NOTICED: ${what} (exit status ${exitCode})\n${output}`);
        }
      }
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return counts;
}

if (import.meta.main) console.log(await checkPlantedErrors((line) => console.log(line)));
