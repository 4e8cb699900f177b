import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './controller.ts';
import type { Lab } from './lab.ts';

/** Lays a flake that Nixstead did not make into a new folder: one host, in which the lab's owner may log in, committed. */
export async function foreignFleet(lab: Lab, path: string): Promise<void> {
  const git = async (...argv: string[]): Promise<void> => {
    const { exitCode, stderr } = await lab.controller.exec(['git', ...argv], { cwd: path });
    if (exitCode !== 0) throw new Error(`git ${argv.join(' ')}: ${stderr}`);
  };
  const key = await readFile(join(lab.folder, 'home/.ssh/id_ed25519.pub'), 'utf8');
  await cp(join(projectRoot, 'test/fixtures/installing'), path, { recursive: true });
  await writeFile(join(path, 'keys.nix'), `[ "${key.trim()}" ]\n`);
  await git('init', '-q');
  await git('add', '.');
  await lab.lock(path);
  await git('add', '.');
  await git('commit', '-qm', 'As it was');
}
