import { readFile } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { wavePlan, type WavePlan } from '../../shared/contract/waves.ts';
import { wrongUsage } from './errors.ts';

/** Reads the file of `--waves`; `off` stands for no waves. @throws CommandFailed with exit code 2 where it cannot be read */
export async function readWaves(path: string): Promise<WavePlan | 'off'> {
  if (path === 'off') return 'off';
  try {
    return wavePlan.parse(parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? z.prettifyError(error)
        : error instanceof TomlError || error instanceof Error
          ? error.message
          : String(error);
    throw wrongUsage(
      'The file of waves cannot be used',
      `${path}: ${reason}`,
      'It is TOML: [[wave]] with on, count or percent, and wait, health or pause. deploy --help has an example.',
    );
  }
}
