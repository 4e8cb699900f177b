import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { HostSession } from './host-session.ts';
import { askNix } from '../nix/json-answer.ts';
import { nixHost } from '../nix/nix-program.ts';
import { deployError, deployProblems, type ForeignPlace } from './problems.ts';

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
  const said = await askNix({ args: ['config', 'show', '--json'], signal }, 'settings', settings);
  return abilityOf(said, (file) => readFile(file, 'utf8').catch(() => ''));
}

/** What nix on another machine can build for; null: it does not tell, and says by itself what it cannot do. */
export async function askBuildAbility(session: HostSession, signal: AbortSignal): Promise<BuildAbility | null> {
  const ask = (argv: readonly [string, ...string[]]) => session.exec(argv, { signal, timeoutMs: timeLimitMs });
  const { stdout } = await ask(['sh', '-c', askScript]);
  const said = settings.safeParse(jsonIn(stdout));
  if (!said.success) return null;
  return abilityOf(said.data, async (file) => (await ask(['cat', file])).stdout);
}

const timeLimitMs = 30_000;
/** The older word is that of nix before 2.20. */
const askScript = `
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin"
ask() { nix --extra-experimental-features nix-command "$@" --json 2>/dev/null; }
ask config show || ask show-config`;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function abilityOf(
  { own, builders }: z.infer<typeof settings>,
  read: (file: string) => Promise<string>,
): Promise<BuildAbility> {
  const [, file] = /^@(.+)$/.exec(builders.trim()) ?? [];
  const text = file === undefined ? builders : await read(file);
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
  const ability = await read();
  if (!canBuild(ability, system)) throw foreign(host, system, ability, { kind: 'here' });
}

/** As {@link mustBuildHere}, where the host itself builds, or a machine for it. @throws also `ssh-*` */
export async function mustBuildThere(
  host: HostName,
  system: string | null,
  outPath: string,
  { kind, session, ability }: { kind: 'target' | 'machine'; session: HostSession; ability: BuildAbility | null },
  signal: AbortSignal,
): Promise<void> {
  if (system === null || ability === null || canBuild(ability, system)) return;
  const { exitCode } = await session.exec(['test', '-e', outPath], { signal, timeoutMs: timeLimitMs });
  if (exitCode !== 0) throw foreign(host, system, ability, { kind, name: session.place });
}

/** True where it builds for such machines by itself or on its builders. */
export function canBuild({ own, onBuilders }: BuildAbility, system: string): boolean {
  return own.includes(system) || onBuilders.includes(system);
}

function foreign(host: HostName, system: string, { own, onBuilders }: BuildAbility, place: ForeignPlace): Error {
  const name = place.kind === 'here' ? 'this computer' : place.name;
  const evidence = `${name}: ${own.join(', ')}\nbuilders of nix.conf: ${onBuilders.join(', ') || 'none'}`;
  return deployError(deployProblems.foreignArchitecture(host, system, evidence, place));
}
