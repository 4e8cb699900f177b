import { accessSync, constants, statfsSync } from 'node:fs';
import { nixHost } from '../../nix/nix-program.ts';
import { fine, type Check } from '../check.ts';

const littleBytes = 200 * 1024 * 1024;

/** Jobs, logs and the database need a place that can be written and is not full. */
export const checkDataFolder: Check = async ({ home, env }) => {
  try {
    accessSync(home.root, constants.W_OK | constants.X_OK);
    const disk = statfsSync(home.root);
    const freeBytes = disk.bavail * disk.bsize;
    const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
    if (freeBytes >= littleBytes) return fine('data-folder', 'The data folder can be written', `${home.root}, ${free}`);
    return {
      code: 'data-folder',
      severity: 'warning',
      title: 'The disk of the data folder is nearly full',
      detail: `${home.root}: ${free}`,
      advice: ['Free space there, or choose another folder with NIXSTEAD_HOME.'],
      command: nixHost(env) === null ? 'nix-collect-garbage --delete-older-than 14d' : null,
    };
  } catch (error) {
    return {
      code: 'data-folder',
      severity: 'error',
      title: 'The data folder cannot be written',
      detail: error instanceof Error ? error.message : String(error),
      advice: ['Give your user write access to it, or choose another folder with NIXSTEAD_HOME.'],
      command: null,
    };
  }
};
