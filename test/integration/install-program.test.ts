import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProblemError } from '../../electron/engine/errors.ts';
import { bringAnywhere } from '../../electron/engine/install/bring-anywhere.ts';
import { findAnywhere } from '../../electron/engine/install/program.ts';
import { findProgram } from '../../electron/engine/jobs/terminal.ts';
import { narHash } from '../../electron/engine/nix-host/nar-hash.ts';

let folder: string;
const path = { type: 'path', path: '/nowhere' };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nixstead-anywhere-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Of a computer without nix, which has these programs. */
async function environment(...programs: string[]): Promise<NodeJS.ProcessEnv> {
  for (const name of programs) await symlink(findProgram(name, '/', process.env['PATH'] ?? ''), join(folder, name));
  return { PATH: folder, NIXSTEAD_NIX: 'ssh://root@nobody.invalid', NIXSTEAD_HOME: join(folder, 'home') };
}

test('a computer without nix is brought a release, or what the fleet has as an input', async () => {
  const env = await environment('bash', 'timeout', 'ssh-copy-id', 'ssh-keygen');
  const release = await findAnywhere(env, null);
  expect(release).toMatchObject({ source: 'flake', version: '1.13.0', origin: { locked: { repo: 'nixos-anywhere' } } });
  expect(release.argv).toEqual(['bash', join(release.origin?.folder ?? '', 'src/nixos-anywhere.sh')]);

  const locked = { ...path, narHash: 'sha256-x' };
  const nodes = { root: { inputs: { 'nixos-anywhere': 'one' } }, one: { locked } };
  await writeFile(join(folder, 'flake.lock'), JSON.stringify({ root: 'root', nodes, version: 7 }));
  const own = await findAnywhere(env, folder);
  expect(own).toMatchObject({ source: 'fleet', version: null, origin: { locked } });
  expect(own.origin?.folder).not.toBe(release.origin?.folder);
});

test('what was brought is run only as long as it has the hash that is locked', async () => {
  vi.stubEnv('NIXSTEAD_NIX', 'ssh://root@nobody.invalid');
  vi.stubEnv('NIXSTEAD_HOME', join(folder, 'home'));
  const tree = join(folder, 'brought');
  await mkdir(join(tree, 'src'), { recursive: true });
  await writeFile(join(tree, 'src/nixos-anywhere.sh'), 'echo well\n');
  const way = { nixHost: 'ssh://root@nobody.invalid', sshConfig: '/dev/null', signal: new AbortController().signal };
  const origin = { locked: { ...path, narHash: narHash(tree) }, folder: tree };
  await bringAnywhere(origin, way);
  await writeFile(join(tree, 'src/nixos-anywhere.sh'), 'echo altered\n');
  await expect(bringAnywhere(origin, way)).rejects.toBeInstanceOf(ProblemError);
  expect(existsSync(tree)).toBe(false);
  vi.unstubAllEnvs();
});

test('where it lacks a program that nixos-anywhere uses, or has an older one, it says so', async () => {
  const env = await environment('bash', 'ssh-keygen');
  await expect(findAnywhere(env, null)).rejects.toMatchObject({
    problem: { code: 'install-programs-missing', evidence: 'timeout\nssh-copy-id' },
  });
  const flags = '--phases --store-paths --extra-files --disk-encryption-keys --ssh-option --build-on';
  await writeFile(join(folder, 'nixos-anywhere'), `#!${join(folder, 'bash')}\necho ${flags}\n`);
  await chmod(join(folder, 'nixos-anywhere'), 0o755);
  await expect(findAnywhere(env, null)).rejects.toMatchObject({
    problem: {
      code: 'install-nixos-anywhere-old',
      evidence: expect.stringContaining('does not know --no-use-machine-substituters'),
    },
  });
});
