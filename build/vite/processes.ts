import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../places.ts';

/** A program of the installed app: one file, with everything from npm inside except what is native. */
interface Bundle {
  readonly entry: string;
  readonly outFile: string;
  /** A sandboxed preload and Electron's main file are CommonJS; the rest are modules. */
  readonly format: 'cjs' | 'es';
  /** Packages that stay outside, beside what Node itself has. */
  readonly external: readonly string[];
}

const native = ['better-sqlite3', 'node-pty', 'ssh2'];

const bundles: readonly Bundle[] = [
  { entry: 'electron/shell/main.ts', outFile: 'dist/shell/main.cjs', format: 'cjs', external: ['electron'] },
  { entry: 'electron/shell/preload.ts', outFile: 'dist/shell/preload.cjs', format: 'cjs', external: ['electron'] },
  {
    entry: 'electron/engine/utility-process.ts',
    outFile: 'dist/engine/utility-process.js',
    format: 'es',
    external: native,
  },
  { entry: 'electron/cli/main.ts', outFile: 'dist/engine/nixstead.js', format: 'es', external: native },
  { entry: 'electron/engine/jobs/runner.ts', outFile: 'dist/engine/runner.js', format: 'es', external: native },
  { entry: 'electron/engine/nix-host/main.ts', outFile: 'dist/engine/nix-host.js', format: 'es', external: native },
];

/** Bundles every program of the Electron app into dist/shell and dist/engine. */
export async function bundleProcesses(): Promise<void> {
  for (const folder of ['dist/shell', 'dist/engine']) rmSync(join(root, folder), { recursive: true, force: true });
  for (const bundle of bundles) await bundleOne(bundle);
  // The engine reads its migrations from beside its own file.
  const migrations = join(root, 'dist', 'engine', 'migrations');
  mkdirSync(migrations, { recursive: true });
  cpSync(join(root, 'electron', 'engine', 'store', 'migrations'), migrations, { recursive: true });
}

async function bundleOne({ entry, outFile, format, external }: Bundle): Promise<void> {
  // Read only when there is something to build.
  const { build } = await import('vite');
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { target: 'node', noExternal: true, external: [...external] },
    build: {
      ssr: join(root, entry),
      outDir: join(root, dirname(outFile)),
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      copyPublicDir: false,
      rolldownOptions: {
        external: [...external],
        output: { format, entryFileNames: outFile.slice(outFile.lastIndexOf('/') + 1), codeSplitting: false },
      },
    },
  });
}
