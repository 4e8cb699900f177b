import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { HostName } from '../../../shared/contract/ids.ts';
import { askNix } from '../nix/json-answer.ts';
import { nixHost } from '../nix/nix-program.ts';
import { deployError, deployProblems } from './problems.ts';

const settings = z
  .object({
    system: z.object({ value: z.string() }),
    'extra-platforms': z.object({ value: z.array(z.string()) }),
    builders: z.object({ value: z.string() }),
  })
  .transform(({ system, builders, 'extra-platforms': extra }) => ({
    own: [system.value, ...extra.value],
    builders: builders.value,
  }));

/** What nix here can build for, by its own processor, by emulation, and on the builders of nix.conf. */
export interface BuildAbility {
  readonly own: readonly string[];
  readonly onBuilders: readonly string[];
}

/** The kinds of machines that builders are for, as nix.conf(5) has them: a line each, the second word, with commas. */
export function systemsOfBuilders(text: string, own: string): string[] {
  return text.split(/[\n;]/).flatMap((line) => {
    const [uri = '', systems = '-'] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (uri === '') return [];
    return systems === '-' ? [own] : systems.split(',');
  });
}

/** @throws ProblemError of nix; the signal's reason */
export async function readBuildAbility(signal: AbortSignal): Promise<BuildAbility> {
  const { own, builders } = await askNix({ args: ['config', 'show', '--json'], signal }, 'settings', settings);
  const [, file] = /^@(.+)$/.exec(builders.trim()) ?? [];
  const text = file === undefined ? builders : await readFile(file, 'utf8').catch(() => '');
  return { own, onBuilders: systemsOfBuilders(text, own[0] ?? '') };
}

/**
 * Stops before a build that nothing here can do. What is in the store already is not built.
 * @throws ProblemError `deploy-foreign-architecture`
 */
export async function mustBuildHere(
  host: HostName,
  system: string | null,
  outPath: string,
  read: () => Promise<BuildAbility>,
): Promise<void> {
  // Who builds for the machine that nix runs on is in files of that machine: nix there says what it cannot do.
  if (system === null || nixHost() !== null || existsSync(outPath)) return;
  const { own, onBuilders } = await read();
  if (own.includes(system) || onBuilders.includes(system)) return;
  const evidence = `this computer: ${own.join(', ')}\nbuilders of nix.conf: ${onBuilders.join(', ') || 'none'}`;
  throw deployError(deployProblems.foreignArchitecture(host, system, evidence));
}
