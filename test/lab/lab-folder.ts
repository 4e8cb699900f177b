import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from './cache-folder.ts';

/** Who runs a lab. The start time tells a process from a later one with the same number. */
const owner = z.object({ pid: z.int(), startedAt: z.string() });

/** Places of one lab. `shared` is seen at the same path by the controller; `machines` is the lab's own. */
export interface LabFolder {
  shared: string;
  machines: string;
}

/** When a process started, in the kernel's own unit; null where it does not run (any more). */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field may hold blanks and brackets; the third is the state (Z: only its parent still knows it).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function readOwner(machines: string): z.infer<typeof owner> {
  return owner.parse(JSON.parse(readFileSync(join(machines, 'owner.json'), 'utf8')));
}

/** Number of the process that made the lab. */
export function ownerPid(machines: string): number {
  return readOwner(machines).pid;
}

/** True while the process that made the lab runs. */
export function isOwned(machines: string): boolean {
  try {
    const { pid, startedAt } = readOwner(machines);
    return startTime(pid) === startedAt;
  } catch {
    return false;
  }
}

/** Makes the folders of a new lab, with a short path: sockets below it must keep under 108 bytes. */
export function makeLabFolder(name: string): LabFolder {
  const labs = join(cacheFolder(), 'labs');
  removeStaleFolders(labs);
  const shared = join(labs, `${name}-${randomBytes(2).toString('hex')}`);
  const machines = `${shared}.machines`;
  if (existsSync(machines)) return makeLabFolder(name);
  // It appears with its owner in it, else another lab that starts now would take it for stale.
  const growing = `${machines}.growing`;
  mkdirSync(growing, { recursive: true });
  writeFileSync(join(growing, 'owner.json'), JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) }));
  renameSync(growing, machines);
  mkdirSync(shared, { mode: 0o755 });
  return { shared, machines };
}

export function removeLabFolder({ shared, machines }: LabFolder): void {
  rmSync(shared, { recursive: true, force: true });
  rmSync(machines, { recursive: true, force: true });
}

/** The processes of a lab die with their owner, whatever killed it; only folders can be left. */
function removeStaleFolders(labs: string): void {
  if (!existsSync(labs)) return;
  for (const entry of readdirSync(labs)) {
    if (!entry.endsWith('.machines') || isOwned(join(labs, entry))) continue;
    const machines = join(labs, entry);
    removeLabFolder({ shared: machines.slice(0, -'.machines'.length), machines });
  }
}
