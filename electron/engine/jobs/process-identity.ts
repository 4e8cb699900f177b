import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A process that is not mistaken for a later one with the same number. `startedAs` null: this system cannot tell. */
export const processIdentity = z.object({ pid: z.int().positive(), startedAs: z.string().nullable() });
export type ProcessIdentity = z.infer<typeof processIdentity>;

export function identify(pid: number): ProcessIdentity {
  return { pid, startedAs: startOf(pid) };
}

/** True while this very process runs; a zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: there is one, but it is somebody else's, so it is not ours any more.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return false;
  }
  return identity.startedAs === null || identity.startedAs === startOf(identity.pid);
}

/** Something that differs between two processes which had the same number; null where there is no process or no means. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const entry = readProcess(pid);
    return entry === null || entry.state === 'Z' ? null : `${bootId()}/${entry.startTicks}`;
  }
  return process.platform === 'win32' ? null : startToldByPs(pid);
}

/** When a process was started, as ps(1) of macOS and BSD says it: to each caller in its own language and time zone. */
export function startToldByPs(pid: number): string | null {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env, stdio: 'pipe' }).trim() || null
    );
  } catch {
    return null;
  }
}

/** Fields of /proc/<pid>/stat (proc(5)). */
export interface ProcessEntry {
  readonly pid: number;
  /** One letter; Z: a zombie. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks from boot to the start of the process. */
  readonly startTicks: string;
}

/** Linux only; null where there is no such process. */
export function readProcess(pid: number): ProcessEntry | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The second field is the program's name in parentheses, which may hold anything, also parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  return {
    pid,
    state: fields[0] ?? '',
    parent: number(1),
    group: number(2),
    session: number(3),
    startTicks: fields[19] ?? '',
  };
}

let knownBootId: string | undefined;
function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return knownBootId;
}
