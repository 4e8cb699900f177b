import { git, type GitOptions } from './core.ts';

/**
 * The files that git knows below a folder (those added with intent to add included, those deleted from the folder not),
 * relative to it: what a flake there sees.
 */
export async function gitFiles(options: GitOptions): Promise<string[]> {
  const [known, deleted] = await Promise.all([
    git(['ls-files', '-z', '--cached', '--', '.'], options),
    git(['ls-files', '-z', '--deleted', '--', '.'], options),
  ]);
  const gone = new Set(split(deleted.stdout));
  return [...new Set(split(known.stdout))].filter((file) => !gone.has(file));
}

function split(output: Buffer): string[] {
  return output
    .toString('utf8')
    .split('\0')
    .filter((file) => file !== '');
}
