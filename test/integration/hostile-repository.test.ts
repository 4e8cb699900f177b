import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nixEvaluator } from '../../electron/engine/fleet/evaluator.ts';
import { fingerprint } from '../../electron/engine/fleet/fingerprint.ts';
import { findFleetFolder } from '../../electron/engine/fleet/folder.ts';
import { gitStatus } from '../../electron/engine/git/status.ts';
import { workTreeState } from '../../electron/engine/git/work-tree-state.ts';

let top: string;
let fleet: string;
let traps: string;
const run = (cwd: string, ...argv: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...argv], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
/** A program that leaves its name when it runs. */
function trap(name: string): string {
  const file = join(top, `${name}.sh`);
  writeFileSync(file, `#!/bin/sh\n: > '${join(traps, name)}'\n${name.endsWith('clean') ? 'cat' : 'exit 1'}\n`);
  chmodSync(file, 0o755);
  return file;
}
const sprung = (): string[] => readdirSync(traps).sort();
/** Makes git look into the files: what it remembers of them no longer fits. */
function touch(): void {
  for (const file of ['flake.nix', 'part/file']) utimesSync(join(fleet, file), new Date(), new Date(Date.now() + 5000));
}

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'nixstead-hostile-')));
  fleet = join(top, 'fleet');
  traps = join(top, 'sprung');
  mkdirSync(traps);
  const part = join(top, 'part');
  mkdirSync(part);
  run(part, 'init', '-q');
  writeFileSync(join(part, 'file'), 'part\n');
  writeFileSync(join(part, '.gitattributes'), '* filter=inner\n');
  run(part, 'add', '.');
  run(part, 'commit', '-qm', 'part');
  mkdirSync(fleet);
  run(fleet, 'init', '-q');
  writeFileSync(join(fleet, 'flake.nix'), '{ outputs = _: { answer = 42; }; }\n');
  writeFileSync(join(fleet, '.gitattributes'), '*.nix filter=outer diff=outer\n');
  run(fleet, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part, 'part');
  run(fleet, 'add', '.');
  run(fleet, 'commit', '-qm', 'fleet');

  const set = (cwd: string, name: string, value: string): string => run(cwd, 'config', name, value);
  const included = join(fleet, '.git/more');
  writeFileSync(included, `[filter "outer"]\n\tclean = ${trap('included-clean')}\n\trequired = true\n`);
  set(fleet, 'include.path', included);
  set(fleet, 'core.fsmonitor', trap('fsmonitor'));
  set(fleet, 'core.hooksPath', join(top, 'hooks'));
  set(fleet, 'core.sshCommand', trap('ssh'));
  set(fleet, 'diff.external', trap('diff'));
  set(fleet, 'diff.outer.textconv', trap('textconv'));
  set(join(fleet, 'part'), 'filter.inner.clean', trap('inner-clean'));
  set(join(fleet, 'part'), 'core.fsmonitor', trap('inner-fsmonitor'));
  mkdirSync(join(top, 'hooks'));
  for (const name of ['post-index-change', 'reference-transaction']) {
    writeFileSync(join(top, 'hooks', name), `#!/bin/sh\n: > '${join(traps, name)}'\n`);
    chmodSync(join(top, 'hooks', name), 0o755);
  }
  touch();
});
afterEach(() => rmSync(top, { recursive: true }));

test('git alone would run what this repository names', () => {
  run(fleet, 'status');
  expect(sprung()).toEqual(expect.arrayContaining(['fsmonitor', 'included-clean', 'inner-clean', 'post-index-change']));
});

test('opening a folder runs no program that its own git configuration names, in git or in nix', async () => {
  const folder = findFleetFolder(fleet);
  const status = await gitStatus({ cwd: fleet });
  expect(status).toMatchObject({ changed: [], untracked: [], unmerged: [] });
  expect(await fingerprint(folder)).toMatch(/^[0-9a-f]{64}$/);
  await workTreeState({ cwd: fleet }, '');
  const evaluate = nixEvaluator(folder, [], new AbortController().signal);
  expect(await evaluate('outputs: outputs.answer')).toBe(42);
  expect(sprung()).toEqual([]);
});

test('a change is seen all the same', async () => {
  writeFileSync(join(fleet, 'flake.nix'), '{ outputs = _: { answer = 43; }; }\n');
  expect((await gitStatus({ cwd: fleet })).changed).toEqual(['flake.nix']);
  expect(sprung()).toEqual([]);
});

test('an object that is missing is not fetched with a program of the repository', async () => {
  run(fleet, 'config', 'extensions.partialClone', 'origin');
  run(fleet, 'config', 'core.repositoryFormatVersion', '1');
  run(fleet, 'config', 'remote.origin.url', 'ssh://nowhere.invalid/fleet');
  run(fleet, 'config', 'remote.origin.promisor', 'true');
  const tree = run(fleet, 'rev-parse', 'HEAD^{tree}').trim();
  rmSync(join(fleet, '.git/objects', tree.slice(0, 2), tree.slice(2)));
  await expect(gitStatus({ cwd: fleet })).rejects.toMatchObject({ problem: { code: 'git-failed' } });
  expect(sprung()).toEqual([]);
  expect(() => run(fleet, '-c', 'core.fsmonitor=false', 'status')).toThrow();
  expect(sprung()).toContain('ssh');
});
