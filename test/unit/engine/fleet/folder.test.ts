import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../../electron/engine/errors.ts';
import { completePath } from '../../../../electron/engine/fleet/complete-path.ts';
import { flakeFileOf, readFlakeFile } from '../../../../electron/engine/fleet/flake-file.ts';
import { fingerprint } from '../../../../electron/engine/fleet/fingerprint.ts';
import { expandHome, findFleetFolder } from '../../../../electron/engine/fleet/folder.ts';

let root: string;
const touch = (...parts: string[]) => writeFileSync(join(root, ...parts), '');
const folder = (...parts: string[]) => mkdirSync(join(root, ...parts), { recursive: true });

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'nixstead-folder-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function thrownBy(action: () => unknown): ProblemError {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}

describe('finding a fleet', () => {
  it('outside of git is a path flake, its name encoded as URLs want it', () => {
    folder("my fleet #1 (it's)");
    touch("my fleet #1 (it's)", 'flake.nix');
    const found = findFleetFolder(join(root, "my fleet #1 (it's)"));
    expect(found).toMatchObject({ form: 'flake', workTree: null, subfolder: '' });
    expect(found.ref).toBe(`path:${root}/my%20fleet%20%231%20%28it%27s%29`);
  });

  it('in git is a git flake of the work tree, with the subfolder and a shallow clone said', () => {
    folder('.git');
    folder('infra/home');
    touch('infra/home/flake.nix');
    expect(findFleetFolder(join(root, 'infra/home')).ref).toBe(`git+file://${root}?dir=infra/home`);
    touch('.git/shallow');
    expect(findFleetFolder(join(root, 'infra/home')).ref).toBe(`git+file://${root}?dir=infra/home&shallow=1`);
  });

  it('flake.nix goes before hive.nix, and a hive alone is a fleet too', () => {
    touch('hive.nix');
    expect(findFleetFolder(root)).toMatchObject({ form: 'hive.nix', ref: join(root, 'hive.nix') });
    touch('flake.nix');
    expect(findFleetFolder(root).form).toBe('flake');
  });

  it('has one id however it is reached', () => {
    folder('real');
    touch('real/flake.nix');
    symlinkSync(join(root, 'real'), join(root, 'link'));
    const ids = ['real', 'link', 'real/flake.nix', 'link/../real/'].map((path) => findFleetFolder(join(root, path)).id);
    expect(new Set(ids).size).toBe(1);
  });

  it('names the folder above that has a flake', () => {
    touch('flake.nix');
    folder('hosts/nas');
    const error = thrownBy(() => findFleetFolder(join(root, 'hosts/nas')));
    expect(error.problem.advice).toEqual([`Open ${root}: it holds a flake.nix.`]);
    expect(() => findFleetFolder(join(root, 'nowhere'))).toThrow(/cannot be opened/);
  });
});

describe('the fingerprint outside of git', () => {
  const now = () => fingerprint(findFleetFolder(root));

  it('changes with content, names, modes and deep files, and with nothing else', async () => {
    touch('flake.nix');
    folder('hosts/nas');
    touch('hosts/nas/default.nix');
    const seen = [await now()];
    expect(await now()).toBe(seen[0]);
    writeFileSync(join(root, 'hosts/nas/default.nix'), '{ }');
    seen.push(await now());
    touch('new');
    seen.push(await now());
    chmodSync(join(root, 'new'), 0o755);
    seen.push(await now());
    rmSync(join(root, 'new'));
    folder('new');
    seen.push(await now());
    expect(new Set(seen).size).toBe(5);
  });
});

describe('what flake.nix says by itself', () => {
  it.each([
    ['{ description = "My machines"; inputs.nixpkgs.url = "x"; outputs = _: { }; }', 'My machines', true],
    ["{ description = ''\n  Two\n  lines\n''; outputs = _: { }; }", 'Two\nlines\n', false],
    ['{ inputs = { }; outputs = _: { }; }', null, true],
    ['{ description = ; outputs', null, false],
    ['', null, false],
  ])('%j', (source, description, hasInputs) => {
    expect(readFlakeFile(source)).toEqual({ description, hasInputs });
  });
});

describe('completing a path', () => {
  const complete = async (prefix: string) => (await completePath(prefix, root)).map((entry) => entry.name);

  beforeEach(() => {
    for (const name of ['fleet', 'fleet-old', 'films', '.config', 'work']) folder(name);
    touch('fleet-old/flake.nix');
    touch('file');
    symlinkSync(join(root, 'work'), join(root, 'fl-link'));
    symlinkSync('/nowhere', join(root, 'fl-broken'));
  });

  it('offers folders that begin with what was typed, flakes first', async () => {
    expect(await complete(`${root}/fl`)).toEqual(['fleet-old', 'fl-link', 'fleet']);
    expect(await completePath(`${root}/fleet-`, root)).toEqual([
      { path: join(root, 'fleet-old'), name: 'fleet-old', isFlake: true },
    ]);
  });

  it('knows ~ and starts there', async () => {
    const all = ['fleet-old', 'films', 'fl-link', 'fleet', 'work'];
    expect(await complete('~/')).toEqual(all);
    expect(await complete('~')).toEqual(all);
    expect(await complete('')).toEqual(all);
    expect(expandHome('~/x', '/home/ada')).toBe('/home/ada/x');
    expect(expandHome('~bob/x', '/home/ada')).toBe('~bob/x');
  });

  it('shows hidden folders where their dot was typed', async () => {
    expect(await complete(`${root}/.`)).toEqual(['.config']);
  });

  it('has nothing to offer for what is not there or not a folder', async () => {
    expect(await complete(`${root}/nowhere/x`)).toEqual([]);
    expect(await complete(`${root}/file/`)).toEqual([]);
    expect(await complete('relative')).toEqual([]);
  });

  it('offers nothing for a relative path, which a person in a window sees no beginning of', async () => {
    expect(await complete('../')).toEqual([]);
    expect(await complete('./')).toEqual([]);
  });

  it('stays short in a folder of many entries', async () => {
    folder('many');
    for (let i = 0; i < 3000; i++) mkdirSync(join(root, 'many', `d${i}`));
    expect(await complete(`${root}/many/`)).toHaveLength(100);
  });
});

describe('what flake.nix says by itself', () => {
  it('is nothing where it is no file, and no reason to wait', () => {
    for (const name of ['as-pipe', 'as-folder', 'as-device']) folder(name);
    execFileSync('mkfifo', [join(root, 'as-pipe/flake.nix')]);
    folder('as-folder/flake.nix');
    symlinkSync('/dev/zero', join(root, 'as-device/flake.nix'));
    for (const name of ['as-pipe', 'as-folder', 'as-device', 'nowhere']) {
      expect(flakeFileOf(join(root, name))).toEqual({ description: null, problems: [] });
    }
  });
});
