import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isAlive, readProcess, type ProcessEntry, type ProcessIdentity } from './process-identity.ts';

/** Set for everything that a job starts, so that what it left behind is found after its runner died. */
export const JOB_MARK = 'NIXSTEAD_JOB';

/** How long a program may take to clean up after each signal. */
export interface Grace {
  readonly afterInterruptMs: number;
  readonly afterTerminateMs: number;
}
export const DEFAULT_GRACE: Grace = { afterInterruptMs: 5000, afterTerminateMs: 3000 };

const POLL_MS = 50;
/** How long children may outlive the program that they came from. */
const ORPHAN_MS = 300;

/**
 * Ends a session leader and everything that came from it: SIGINT to its process group as Ctrl-C would, then SIGTERM,
 * then SIGKILL to whatever is still there. Who belongs to it is noted while it lives, since orphans lose their parent.
 */
export async function endFamily(leader: number, grace: Grace): Promise<void> {
  const family = new Map<number, ProcessIdentity>();
  const alive = (): ProcessIdentity[] => {
    for (const pid of familyOf(leader)) if (!family.has(pid)) family.set(pid, identify(pid));
    return [...family.values()].filter(isAlive);
  };
  const send = (signal: NodeJS.Signals): void => {
    signalGroup(leader, signal);
    for (const { pid } of alive()) signalProcess(pid, signal);
  };
  alive();
  signalGroup(leader, 'SIGINT');
  await isTrueWithin(grace.afterInterruptMs, () => !alive().some(({ pid }) => pid === leader));
  // Whoever cleans up does so with its children; orphans of other sessions have heard nothing yet.
  if (await isTrueWithin(ORPHAN_MS, () => alive().length === 0)) return;
  send('SIGTERM');
  if (await isTrueWithin(grace.afterTerminateMs, () => alive().length === 0)) return;
  send('SIGKILL');
}

/** Ends what a job left behind when its runner died: asks, after `graceMs` insists, and gives up on what no signal ends. */
export async function endStrays(jobId: string, graceMs = DEFAULT_GRACE.afterTerminateMs): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of markedProcesses(jobId)) signalProcess(pid, signal);
    if (await isTrueWithin(graceMs, () => markedProcesses(jobId).length === 0)) return;
  }
}

/**
 * The processes of a terminal's session and all of their descendants (nix gives each builder a session of its own).
 * Where there is no /proc only the leader is known, and signals to its group reach the others.
 */
function familyOf(leader: number): number[] {
  if (process.platform !== 'linux') return [leader];
  const all = allProcesses();
  const found = new Set(all.filter((entry) => entry.session === leader || entry.pid === leader).map(({ pid }) => pid));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** What a job has running anywhere, by its mark; empty where there is no /proc. */
function markedProcesses(jobId: string): number[] {
  if (process.platform !== 'linux') return [];
  const mark = `${JOB_MARK}=${jobId}`;
  return allProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(mark));
}

/** Linux: all but zombies, which have ended and only wait to be read. */
function allProcesses(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    const entry = /^\d+$/.test(name) ? readProcess(Number(name)) : null;
    return entry === null || entry.state === 'Z' ? [] : [entry];
  });
}

/** Other users' processes cannot be read; they are not ours either. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  signalProcess(process.platform === 'win32' ? leader : -leader, signal);
}

/** A process that is gone is no error. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: ended by itself. EPERM (macOS, for a group): only zombies are left.
  }
}

async function isTrueWithin(timeoutMs: number, condition: () => boolean): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
