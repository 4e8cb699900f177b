import { chmodSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ProblemError } from './errors.ts';

/** Where everything that Nixstead remembers lives. All paths are absolute and exist, except `database` before its first use. */
export interface Home {
  readonly root: string;
  /** The SQLite file. */
  readonly database: string;
  /** One folder per job: its description, events and logs. */
  readonly jobs: string;
  /** Our own known_hosts and ssh_config. */
  readonly ssh: string;
  /** What can be made again at any time. */
  readonly cache: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$NIXSTEAD_HOME`, else the platform's data folder (XDG base directories on Linux). */
export function homeFolder(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (env['NIXSTEAD_HOME']) return resolve(env['NIXSTEAD_HOME']);
  const user = env['HOME'] || homedir();
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'Nixstead');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(user, 'AppData', 'Local'), 'Nixstead');
  return join(env['XDG_DATA_HOME'] || join(user, '.local', 'share'), 'nixstead');
}

/**
 * Makes the data folder where it is missing, private to its owner (0700), and proves that it can be written.
 * @throws ProblemError `home-not-writable` with the system's own words
 */
export function openHome(env: Environment): Home {
  const named = homeFolder(env);
  try {
    makePrivateFolder(named);
    // Nix reads no flake below a link, such as /tmp of macOS.
    const root = realpathSync(named);
    const home = {
      root,
      database: join(root, 'nixstead.sqlite'),
      jobs: join(root, 'jobs'),
      ssh: join(root, 'ssh'),
      cache: join(root, 'cache'),
    };
    for (const folder of [home.jobs, home.ssh, home.cache]) makePrivateFolder(folder);
    const probe = join(root, `.write-probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return home;
  } catch (error) {
    throw notWritable(named, error);
  }
}

/** Takes from others what they may do there; what the owner may do stays as the owner has set it. */
function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode } = statSync(folder);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) chmodSync(folder, mode & 0o700);
}

function notWritable(root: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'home-not-writable',
      title: `The data folder ${root} cannot be written`,
      evidence: cause instanceof Error ? cause.message : String(cause),
      advice: [
        'Give your user write access to this folder, or free space on its disk.',
        'Or choose another folder with the environment variable NIXSTEAD_HOME.',
      ],
    },
    { cause },
  );
}
