import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { homeFolder } from '../home.ts';
import { nixHost, nixHostWords } from '../nix/nix-program.ts';
import { keepFile } from '../ssh/config.ts';
import { remoteCommandLine } from '../ssh/quote.ts';

/**
 * The environment of a program that starts `nix` by itself, where another machine runs it: a folder with a `nix` that
 * does, before all others. It finds the owner's files also where the program is given another home.
 * @param folder private; made where it is missing
 * @returns null for nix of this computer, which needs none of it
 * @throws ProblemError `nix-host-refused`, `node-missing`
 */
export function environmentWithNix(
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> | null {
  if (nixHost(env) === null) return null;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = [`NIXSTEAD_HOME=${homeFolder(env)}`, ...(env['HOME'] === undefined ? [] : [`HOME=${env['HOME']}`])];
  const line = remoteCommandLine(['env', ...own, ...nixHostWords()]);
  const script = `#!/bin/sh\n# Written by Nixstead. Has nix run on another machine.\nexec ${line} "$@"\n`;
  keepFile(join(folder, 'nix'), script, 0o700);
  return { PATH: `${folder}${delimiter}${env['PATH'] ?? ''}` };
}
