import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** The code of the problem that an evaluation has for which there was not enough memory. */
export const memoryRanOut = 'nix-killed-by-memory';

/** What colmena takes a host for where nothing is known of it (colmena, src/nix/hive/mod.rs). */
const usualMiBPerHost = 512;
/** Left to everybody else. */
const reservedMiB = 1024;
/** A single host may take what is reserved, but for this: the app and the desktop go on. */
const keptMiB = 256;
/** With less nix evaluates nothing of use. */
const leastHeapMiB = 512;
/** Even the smallest configuration takes something. */
const leastMiBPerHost = 8;

/**
 * How many hosts one nix may evaluate at once: as many as fit the available memory less 1 GiB, at least 1.
 * @param bytesPerHost what evaluations of this fleet took before; null: not known, then colmena's 512 MiB
 */
export function hostsThatFit(availableMiB: number, bytesPerHost: number | null = null): number {
  const mebibytes = bytesPerHost === null ? usualMiBPerHost : Math.max(leastMiBPerHost, bytesPerHost / 1024 / 1024);
  return Math.max(1, Math.floor((availableMiB - reservedMiB) / mebibytes));
}

/** The kernel's own estimate, which counts caches as free; null: not Linux. */
function estimatedMiB(): number | null {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kilobytes === undefined ? null : Math.floor(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

/**
 * Memory that programs can still get, in MiB. Elsewhere than on Linux what is free leaves out what the system would give
 * back, which on a Mac is nearly all: half of what there is stands for it.
 */
export function availableMemoryMiB(): number {
  return estimatedMiB() ?? Math.floor(totalmem() / 2 / 1024 / 1024);
}

/**
 * Environment for a nix that evaluates: its garbage collector (Boehm's, see its README.environment) takes no more than
 * is available, so that nix itself says that memory ran out, before the kernel ends whatever it likes to. What a person
 * has set counts. Elsewhere than on Linux free memory is no measure of what can be had, and nothing is set.
 */
export function heapLimit(
  env: NodeJS.ProcessEnv,
  availableMiB: number | null = estimatedMiB(),
): { readonly GC_MAXIMUM_HEAP_SIZE?: string } {
  if (availableMiB === null || env['GC_MAXIMUM_HEAP_SIZE'] !== undefined) return {};
  return { GC_MAXIMUM_HEAP_SIZE: String(Math.max(leastHeapMiB, availableMiB - keptMiB) * 1024 * 1024) };
}
