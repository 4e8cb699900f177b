import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import type { Machine } from './machine.ts';
import { putRealAnywhere } from './real-tools.ts';
import { mustRun } from './run-command.ts';

/** The project that the controller runs; it sees it read-only at the same path. */
export const projectRoot = resolve(import.meta.dirname, '../..');

/** The command line as it is installed, built from the sources by build/processes.ts. */
export const commandLine = join(projectRoot, 'dist', 'engine', 'nixstead.js');

/** Node 24 of the project, wherever the computer's own Node is. */
export const nodePath = join(projectRoot, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

/** Where the project's programs find themselves compiled: with tests that start hundreds of them it counts. */
export async function compiledFolder(): Promise<string> {
  const folder = join(cacheFolder(), 'compiled');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** What the owner of the fleet has at hand in the controller. */
export function controllerEnvironment(shared: string): Record<string, string> {
  return {
    HOME: join(shared, 'home'),
    NIXSTEAD_HOME: join(shared, 'state'),
    PATH: `${dirname(nodePath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/bash',
    NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'),
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
  };
}

/** The owner's home (a key, git's name) in the shared folder. Returns the public key. */
export async function makeControllerHome(shared: string): Promise<string> {
  const home = join(shared, 'home');
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  await mkdir(join(shared, 'state'), { mode: 0o700 });
  await mkdir(join(shared, 'fleets'));
  const key = join(home, '.ssh', 'id_ed25519');
  await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', key]);
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = Lab\n\temail = lab@example.invalid\n[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n',
  );
  return readFile(`${key}.pub`, 'utf8');
}

/** What makes the controller's root differ from a host's: where its user is at home (ssh does not look at $HOME). */
export async function writeControllerLayer(layer: string, rootfs: string, shared: string): Promise<void> {
  await cp(join(import.meta.dirname, 'controller'), layer, { recursive: true });
  await putRealAnywhere(layer);
  await mkdir(join(layer, 'etc'), { recursive: true });
  // As on a computer where nix was used before: of two first ones at once, one fails making this link.
  await mkdir(join(layer, 'nix/var/nix/gcroots'), { recursive: true });
  await symlink('/nix/var/nix/profiles', join(layer, 'nix/var/nix/gcroots/profiles'));
  const accounts = await readFile(join(rootfs, 'etc/passwd'), 'utf8');
  await writeFile(join(layer, 'etc/passwd'), accounts.replace(':/root:', `:${join(shared, 'home')}:`));
  await writeFile(join(layer, 'etc/hosts'), '127.0.0.1 localhost ctl\n');
  await writeFile(join(layer, 'etc/hostname'), 'ctl\n');
}

/** Lets the controller find machines by name, as a home network does. */
export async function nameHosts(controller: Machine, hosts: readonly Machine[]): Promise<void> {
  const lines = hosts.map(({ address, name }) => `${address} ${name}\n`).join('');
  await controller.exec(['tee', '-a', '/etc/hosts'], { stdin: lines });
}
