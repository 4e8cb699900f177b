import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder, keyOf } from './cache-folder.ts';

/** The first Debian release with a Nix that has flakes and ssh-ng (2.26). */
const suite = 'trixie';

/** One list for controller and hosts: what a NixOS machine, a controller and an installer image have at hand. */
const packages = [
  ...['nix-bin', 'git', 'openssh-client', 'openssh-server', 'sshpass', 'sudo', 'ca-certificates'],
  ...['iproute2', 'iputils-ping', 'procps', 'less', 'jq', 'cpio', 'rsync', 'xz-utils', 'zstd'],
  ...['gdisk', 'parted', 'dosfstools', 'e2fsprogs', 'btrfs-progs', 'xfsprogs', 'cryptsetup-bin', 'lvm2', 'mdadm'],
];

const script = join(import.meta.dirname, 'make-rootfs.sh');

/** Where the Debian tree is or will be; the name changes with the release, the package list and how it is made. */
export function rootfsPath(): string {
  return join(cacheFolder(), `rootfs-${suite}-${keyOf(suite, ...packages, readFileSync(script, 'utf8'))}`);
}

/**
 * The Debian tree that all containers share read-only. Made on first use (about a minute, 500 MB), else found.
 * @param onProgress one line of plain text per step, only when something is being made
 * @throws Error with the last lines of debootstrap or apt-get when the tree cannot be made
 */
export async function prepareRootfs(onProgress: (line: string) => void = () => {}): Promise<string> {
  const target = rootfsPath();
  if (existsSync(target)) return target;
  const child = spawn('sh', [script, suite, target, ...packages], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  const readLines = async (stream: NodeJS.ReadableStream): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      if (tail.push(line) > 20) tail.shift();
      if (line.startsWith('rootfs: ')) onProgress(line.slice('rootfs: '.length));
    }
  };
  const exited = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  const [exitCode] = await Promise.all([exited, readLines(child.stdout), readLines(child.stderr)]);
  if (exitCode !== 0) throw new Error(`The lab's Debian tree could not be made:\n${tail.join('\n')}`);
  return target;
}

if (import.meta.main) console.log(await prepareRootfs((line) => console.log(line)));
