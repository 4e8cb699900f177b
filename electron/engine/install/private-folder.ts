import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { keepFile, pathWithoutSpaces } from '../ssh/config.ts';
import type { HostKey } from '../ssh/host-key.ts';
import { knownHostLine } from '../ssh/known-hosts.ts';
import { makeKey } from '../ssh/make-key.ts';
import { installError, installProblems } from './problems.ts';

/**
 * What an install has that nobody else may see: the key that it logs in with, the host key that the machine will have,
 * and disk keys while they are handed over. It is wiped when the machine has been verified, or the install is given up.
 */
export class PrivateFolder {
  /** Has no spaces, so that nix and nixos-anywhere can be given what is in it. */
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = pathWithoutSpaces(folder);
  }

  static open(folder: string): PrivateFolder {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new PrivateFolder(folder);
  }

  /** The key with which the install logs in, made once; returns the file and its public line. */
  loginKey(): { readonly file: string; readonly publicLine: string } {
    const file = join(this.path, 'login-key');
    return { file, publicLine: makeKey(file, 'nixstead-install') };
  }

  /** The files that are laid over the new system's root, with the host key that was made for it among them. */
  async extraFiles(
    own: string | null,
    host: string | null,
  ): Promise<{ folder: string | null; hostKey: string | null }> {
    const folder = join(this.path, 'extra-files');
    this.dropExtraFiles();
    if (own !== null) {
      if (!existsSync(own) || !lstatSync(own).isDirectory()) {
        throw installError(installProblems.fileMissing(own, 'The folder with extra files'));
      }
      await cp(own, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    }
    if (host === null) return { folder: own === null ? null : folder, hostKey: null };
    const kept = join(this.path, 'host-key');
    const publicLine = makeKey(kept, `root@${host}`);
    const ssh = join(folder, 'etc', 'ssh');
    mkdirSync(ssh, { recursive: true, mode: 0o755 });
    writeFileSync(join(ssh, 'ssh_host_ed25519_key'), readFileSync(kept), { mode: 0o600 });
    writeFileSync(join(ssh, 'ssh_host_ed25519_key.pub'), `${publicLine}\n`, { mode: 0o644 });
    return { folder, hostKey: publicLine };
  }

  /** They are made anew when they are wanted again. */
  dropExtraFiles(): void {
    wipeTree(join(this.path, 'extra-files'));
  }

  /**
   * A known_hosts file in which the machine is called `installer`. Each key has a file of its own, which stays as it is:
   * an ssh that somebody has started may not have read it yet.
   */
  knownHosts(key: HostKey | null): string {
    const text = key === null ? '' : knownHostLine({ host: 'installer', port: null }, key);
    const file = join(this.path, `known_hosts-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`);
    keepFile(file, text, 0o600);
    return file;
  }

  /** Puts a secret into a file of its own; dispose of it as soon as it was handed over. */
  secretFile(name: string, content: string | Uint8Array): Disposable & { readonly file: string } {
    const file = join(this.path, name);
    writeFileSync(file, content, { mode: 0o600 });
    return { file, [Symbol.dispose]: () => wipeFile(file) };
  }

  /** Overwrites and removes everything in it. */
  wipe(): void {
    wipeTree(this.#folder);
    if (this.path !== this.#folder) rmSync(this.path, { force: true });
  }
}

function wipeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) wipeFile(join(entry.parentPath, entry.name));
  }
  rmSync(folder, { recursive: true, force: true });
}

/** What a file held is written over first; on flash and on journals that is no promise, and removing it alone is less. */
function wipeFile(file: string): void {
  try {
    writeFileSync(file, Buffer.alloc(lstatSync(file).size), { flag: 'r+' });
  } catch {
    // It is gone already.
  }
  rmSync(file, { force: true });
}
