import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowTerminalHelper, hasTerminalModule, staleReason } from '../../../build/setup/node-modules.js';
import { findProgram, missingPrograms, programs } from '../../../build/setup/programs.js';
import { findRuntime, nodeForNpm } from '../../../build/setup/runtime.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nixstead-setup-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
  vi.unstubAllEnvs();
});

function write(file: string, text: string, mode = 0o644): string {
  const path = join(root, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const lockOf = (packages: Record<string, object>) => JSON.stringify({ packages: { '': {}, ...packages } });

describe('the installed packages', () => {
  const wanted = lockOf({
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/for-mac': { version: '1.0.0', optional: true },
  });

  it('are stale where there are none', () => {
    write('package-lock.json', wanted);
    expect(staleReason(root)).toBe('the packages are not installed yet');
  });

  it('are fresh when npm installed what the lock names, whatever the times of the files are', () => {
    write('node_modules/.package-lock.json', lockOf({ 'node_modules/zod': { version: '4.6.7' } }));
    write('package-lock.json', wanted);
    expect(staleReason(root)).toBeNull();
  });

  it('are stale when a version differs or a package is missing, and the reason names it', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', lockOf({ 'node_modules/zod': { version: '4.0.0' } }));
    expect(staleReason(root)).toBe('zod is not 4.6.7');
    write('node_modules/.package-lock.json', lockOf({}));
    expect(staleReason(root)).toBe('zod is not 4.6.7');
  });

  it('have a terminal module once it is compiled', () => {
    expect(hasTerminalModule(root)).toBe(false);
    write('node_modules/node-pty/build/Release/pty.node', '');
    expect(hasTerminalModule(root)).toBe(true);
  });

  it('have a helper for terminals that can be executed, where there is one', () => {
    allowTerminalHelper(root);
    const helper = write(`node_modules/node-pty/prebuilds/${process.platform}-${process.arch}/spawn-helper`, '');
    allowTerminalHelper(root);
    expect(statSync(helper).mode & 0o777).toBe(0o755);
  });
});

describe('the Node that npm runs on', () => {
  it('is never the one inside node_modules, which npm ci deletes', () => {
    // This test runs on the one inside, wherever npm brought it.
    const project = join(import.meta.dirname, '..', '..', '..');
    const outside = mkdtempSync(join(tmpdir(), 'nixstead-node-'));
    writeFileSync(join(outside, 'node'), '', { mode: 0o755 });
    vi.stubEnv('npm_node_execpath', '');
    vi.stubEnv('PATH', [join(project, 'node_modules', '.bin'), outside].join(delimiter));
    expect(realpathSync(nodeForNpm(project)).startsWith(join(project, 'node_modules'))).toBe(false);
    rmSync(outside, { recursive: true });
  });

  it('that scripts go on with is this one, where it is new enough', () => {
    expect(findRuntime(root)).toBe(process.execPath);
  });
});

describe('programs of the machine', () => {
  it('are found by the first of their names that can be executed', () => {
    write('bin/chromium', '', 0o644);
    const browser = write('bin/chromium-browser', '', 0o755);
    vi.stubEnv('PATH', join(root, 'bin'));
    expect(findProgram(['chromium-of-nobody', 'chromium-browser'])).toBe(browser);
    expect(findProgram(['no-such-program'])).toBeNull();
  });

  it('that a command does not need are not asked for', () => {
    const needed = (need: 'start' | 'lab') =>
      programs.filter(({ neededFor }) => neededFor.includes(need)).map(({ debian }) => debian);
    expect(needed('start')).not.toContain('debootstrap');
    expect(needed('lab')).toContain('debootstrap');
    expect(missingPrograms(new Set())).toEqual([]);
  });

  it('each say what is lost without them and which package has them', () => {
    for (const { without, debian } of programs) {
      expect(without.length).toBeGreaterThan(10);
      expect(debian).toMatch(/^[a-z0-9.+-]+$/);
    }
  });
});
