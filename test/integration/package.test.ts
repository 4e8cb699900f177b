import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runCommand } from '../../build/checks/run-command.ts';

/** In Electron's binary, what follows this text are the fuses: version, count, one digit each. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const standardFuses = '10001101';

let folder: string;
let resources: string;

/** The folder that electron-builder takes for an unpacked Electron: an ELF file with fuses, and what lies beside it. */
function makeStandInDist(dist: string, version: string): void {
  mkdirSync(join(dist, 'resources'), { recursive: true });
  mkdirSync(join(dist, 'locales'));
  const program = Buffer.concat([
    readFileSync('/bin/true'),
    Buffer.from(sentinel),
    Buffer.from([1, standardFuses.length]),
    Buffer.from(standardFuses),
  ]);
  writeFileSync(join(dist, 'electron'), program, { mode: 0o755 });
  writeFileSync(join(dist, 'version'), version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/en-US.pak']) {
    writeFileSync(join(dist, name), '');
  }
}

const packageJson = z.object({ version: z.string(), main: z.string() });
const asar = z
  .object({ listPackage: z.custom<(file: string, options: { isPack: boolean }) => string[]>() })
  .parse(createRequire(createRequire(import.meta.url).resolve('app-builder-lib'))('@electron/asar'));

describe.skipIf(process.platform !== 'linux')('the package (skipped: the stand-in is a Linux program)', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nixstead-package-'));
    const electron = createRequire(import.meta.url).resolve('electron/package.json');
    const { version } = packageJson.parse(JSON.parse(readFileSync(electron, 'utf8')));
    makeStandInDist(join(folder, 'electron'), version);
    const { exitCode, output } = await runCommand(
      [process.execPath, 'build/package.ts', '--dir', `-c.directories.output=${join(folder, 'out')}`],
      { env: { NIXSTEAD_ELECTRON_DIST: join(folder, 'electron') } },
    );
    if (exitCode !== 0) throw new Error(output);
    resources = join(folder, 'out', 'linux-unpacked', 'resources');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('locks Electron down with its fuses', () => {
    const program = readFileSync(join(folder, 'out', 'linux-unpacked', 'nixstead'));
    const at = program.indexOf(sentinel) + sentinel.length + 2;
    // Run as Node, cookie encryption, NODE_OPTIONS, --inspect, asar integrity, only from asar, own snapshot, file:// extras.
    expect(program.subarray(at, at + standardFuses.length).toString()).toBe('01001100');
  });

  it('holds the programs and the page in the archive, and of npm only what is native', () => {
    const files = asar.listPackage(join(resources, 'app.asar'), { isPack: false });
    const { main } = packageJson.parse(JSON.parse(readFileSync('package.json', 'utf8')));
    for (const file of [main, 'dist/shell/preload.cjs', 'dist/engine/utility-process.js', 'dist/renderer/index.html']) {
      expect(files).toContain(`/${file}`);
    }
    expect(files).toContain('/dist/engine/migrations/001-first.sql');
    const packages = files.filter((file) => /^\/node_modules\/[^/]+$/.test(file)).map((file) => file.slice(14));
    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'node-pty', 'ssh2']));
    expect(packages).not.toContain('zod');
    expect(files.filter((file) => /^\/(shared|electron|renderer|test|build)\b/.test(file))).toEqual([]);
  });

  it('unpacks the terminal module of the engine, which starts programs from there', () => {
    const module = join(resources, 'app.asar.unpacked', 'node_modules', 'node-pty');
    const script = `process.dlopen(module, process.argv[1]); module.exports.open(80, 24); process.exit(42);`;
    const native = ['build/Release', `prebuilds/${process.platform}-${process.arch}`]
      .map((place) => join(module, place, 'pty.node'))
      .find((file) => existsSync(file));
    const tried = spawnSync(join(resources, 'node', 'node'), ['-e', script, native ?? ''], { encoding: 'utf8' });
    expect(tried.stderr).toBe('');
    expect(tried.status).toBe(42);
  });

  it('unpacks the database for this platform alone', () => {
    const prebuilds = join(resources, 'app.asar.unpacked', 'node_modules', 'better-sqlite3', 'prebuilds');
    expect(existsSync(join(prebuilds, `${process.platform}-${process.arch}.node`))).toBe(true);
    expect(existsSync(join(prebuilds, `win32-${process.arch}.node`))).toBe(false);
  });

  it('carries a Node that runs the runner with its terminal module, outside of the archive', () => {
    const node = join(resources, 'node', 'node');
    expect(statSync(node).mode & 0o111).not.toBe(0);
    const runner = join(resources, 'runner', 'runner.js');
    const script = join(resources, 'runner', 'try-terminal.mjs');
    writeFileSync(
      script,
      "import { spawn } from 'node-pty';\nimport 'ssh2';\nspawn('true', [], {}).onExit(({ exitCode }) => process.exit(exitCode + 42));\n",
    );
    // From a folder outside of the project, so that no package is found by accident.
    const home = join(folder, 'elsewhere');
    mkdirSync(home);
    const terminal = spawnSync(node, [script], { cwd: home, encoding: 'utf8' });
    expect(terminal.stderr).toBe('');
    expect(terminal.status).toBe(42);
    copyFileSync(runner, join(resources, 'runner', 'checked.mjs'));
    const check = spawnSync(node, ['--check', join(resources, 'runner', 'checked.mjs')], { encoding: 'utf8' });
    expect(check.stderr).toBe('');
  });
});
