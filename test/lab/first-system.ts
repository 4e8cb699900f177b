import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, keyOf } from './cache-folder.ts';
import type { Machine } from './machine.ts';
import { rootfsPath } from './rootfs.ts';

async function textOfTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.toSorted().map((file) => readFile(file, 'utf8')));
}

/** Where the layer is or will be; it changes with the pocket nixpkgs and the Debian tree. */
async function layerPath(): Promise<string> {
  const texts = await textOfTree(join(import.meta.dirname, 'pocket'));
  return join(cacheFolder(), `first-system-${keyOf(rootfsPath(), ...texts)}`);
}

/** The layer under a NixOS host that holds its store with generation 1; null where it was not made yet. */
export async function findFirstSystem(): Promise<string | null> {
  const path = await layerPath();
  return existsSync(path) ? path : null;
}

/**
 * Builds generation 1 in `builder` (a controller that is used for nothing else, because the paths stay in its store)
 * and makes a layer of it. `shared` is a folder that both see, `pocket` the pocket nixpkgs in it.
 */
export async function makeFirstSystem(builder: Machine, shared: string, pocket: string): Promise<string> {
  const must = async (...argv: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await builder.exec(argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}\n${stderr}`);
    return stdout.trim();
  };
  const target = await layerPath();
  const root = await mkdtemp(join(shared, 'first-system-'));
  const architecture = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux';
  const installable = `path:${pocket}#firstSystems.${architecture}`;
  const system = await must('nix', 'build', '--no-link', '--print-out-paths', installable);
  await must('nix', 'copy', '--no-check-sigs', '--to', `local?root=${root}`, system);
  const profiles = join(root, 'nix/var/nix/profiles');
  await mkdir(profiles, { recursive: true });
  await symlink(system, join(profiles, 'system-1-link'));
  await symlink('system-1-link', join(profiles, 'system'));
  // Another lab may have been faster; both made the same.
  const growing = await mkdtemp(`${target}.growing-`);
  await cp(root, growing, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await rename(growing, target).catch(() => rm(growing, { recursive: true }));
  await rm(root, { recursive: true });
  return target;
}
