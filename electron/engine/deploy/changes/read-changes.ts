import { join } from 'node:path';
import type { HostChanges } from '../../../../shared/contract/changes.ts';
import type { MachineFacts } from '../../fleet/status/probe.ts';
import { commitsSince } from '../../git/commits-since.ts';
import { nixError } from '../../nix/errors.ts';
import { captureNix } from '../../nix/run.ts';
import { isInStore, storeFile } from '../../nix/store-files.ts';
import type { HostSession } from '../host-session.ts';
import { deployError, deployProblems } from '../problems.ts';
import type { SwitchProgress } from '../switch-output.ts';
import { askTarget, missingThere, readSizeLine, type TargetAnswer } from './ask-target.ts';
import { bytesOnlyIn, packageChanges, type SizedPath } from './package-changes.ts';
import { risksOf } from './risks.ts';

interface ChangesWork {
  readonly session: HostSession;
  readonly facts: MachineFacts;
  /** The new system, which is built: here, or there where the target builds its own. */
  readonly system: string;
  /** Systems that jobs of this fleet brought to the host. */
  readonly brought: readonly string[];
  readonly fleetFolder: string;
  readonly signal: AbortSignal;
}

const rebootParts = ['kernel', 'initrd', 'kernel-modules', 'systemd'] as const;

/**
 * What switching a host to a system would change, without changing anything there. Its units are not known yet.
 * @throws ProblemError of nix, git and `ssh-*`
 */
export async function readChanges(work: ChangesWork): Promise<HostChanges> {
  const { session, facts, system, brought, fleetFolder, signal } = work;
  const isHere = await isInStore(system, signal);
  const [answer, closureHere] = await Promise.all([
    askTarget(session, system, signal),
    isHere ? closureOf(system, signal) : Promise.resolve([]),
  ]);
  if (answer === null) throw deployError(deployProblems.unreadableAnswer(session.place, 'its answer ended too early'));
  const after = isHere ? closureHere : answer.own;
  const missing = isHere
    ? await missingThere(
        session,
        after.map(({ path }) => path),
        signal,
      )
    : new Set<string>();
  const parts = isHere ? await partsHere(system, signal) : answer.parts;
  const changed = changedPaths(answer.closure, after);
  const [commits, space] = await Promise.all([
    answer.revision === null ? null : commitsSince(fleetFolder, answer.revision, signal).catch(() => null),
    forecast(
      answer,
      after.filter(({ path }) => missing.has(path)),
      parts,
      signal,
    ),
  ]);
  return {
    before: facts.currentSystem,
    after: system,
    packages: packageChanges(answer.closure, after),
    addedBytes: bytesOnlyIn(after, answer.closure),
    removedBytes: bytesOnlyIn(answer.closure, after),
    units: null,
    rebootFor: rebootParts.filter((part) => parts.has(part) && answer.booted.get(part) !== parts.get(part)),
    risks: risksOf([], changed),
    space,
    commits,
    isUnknown: await isUnknown(facts.currentSystem, brought, signal),
  };
}

/** Neither is it in this computer's store, nor did a job of the fleet bring it to the host. */
async function isUnknown(system: string | null, brought: readonly string[], signal: AbortSignal): Promise<boolean> {
  return system !== null && !brought.includes(system) && !(await isInStore(system, signal));
}

/** The same with what the host said that it would do to its units. */
export function withUnits(changes: HostChanges, progress: SwitchProgress): HostChanges {
  const { stopped, restarted, reloaded, started } = progress;
  const units = { stopped: [...stopped], restarted: [...restarted], reloaded: [...reloaded], started: [...started] };
  const touched = risksOf([...stopped, ...restarted, ...reloaded, ...started], []);
  const areas = new Map(changes.risks.map(({ area, because }) => [area, because]));
  for (const { area, because } of touched) areas.set(area, [...because, ...(areas.get(area) ?? [])]);
  return { ...changes, units, risks: [...areas].map(([area, because]) => ({ area, because })) };
}

/** Where what is to come does not fit; null where it does. */
export function lackOfRoom(changes: HostChanges): HostChanges['space'][number] | null {
  return changes.space.find(({ availableBytes, neededBytes }) => neededBytes > availableBytes) ?? null;
}

async function closureOf(system: string, signal: AbortSignal): Promise<SizedPath[]> {
  const result = await captureNix({ args: ['path-info', '--recursive', '--size', system], signal });
  if (result.exit.code !== 0 || result.endedBy !== undefined) throw nixError({ ...result, verb: 'query' });
  return result.stdout.split('\n').flatMap(readSizeLine);
}

async function partsHere(system: string, signal: AbortSignal): Promise<Map<string, string>> {
  const found = await Promise.all(
    rebootParts.map(async (part) => {
      const file = await storeFile(join(system, part), signal);
      return file === null ? [] : [[part, file.path] as const];
    }),
  );
  return new Map(found.flat());
}

function changedPaths(before: readonly SizedPath[], after: readonly SizedPath[]): string[] {
  const [olds, news] = [new Set(before.map(({ path }) => path)), new Set(after.map(({ path }) => path))];
  return [...[...news].filter((path) => !olds.has(path)), ...[...olds].filter((path) => !news.has(path))];
}

/** The store takes what it lacks; /boot takes a kernel and an initrd that no generation has put there. */
async function forecast(
  { space, bootFiles }: TargetAnswer,
  missing: readonly SizedPath[],
  parts: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<HostChanges['space']> {
  const store = space.find(({ path }) => path === '/nix/store');
  const boot = space.find(({ path, mountpoint }) => path === '/boot' && mountpoint !== store?.mountpoint);
  const forBoot = await Promise.all(
    (['kernel', 'initrd'] as const).map(async (name) => {
      const path = parts.get(name);
      if (path === undefined || bootFiles.has(path)) return 0;
      return (await storeFile(path, signal))?.sizeBytes ?? 0;
    }),
  );
  const needed = (bytes: readonly number[]): number => bytes.reduce((sum, one) => sum + one, 0);
  return [
    ...(store ? [row(store, needed(missing.map(({ bytes }) => bytes)))] : []),
    ...(boot ? [row(boot, needed(forBoot))] : []),
  ];
}

function row({ mountpoint, availableBytes }: TargetAnswer['space'][number], neededBytes: number) {
  return { mountpoint, availableBytes, neededBytes };
}
