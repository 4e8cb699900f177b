import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** What colmena takes a host for where nothing is known of it (colmena, src/nix/hive/mod.rs). */
const usualMiBPerHost = 512;
/** Left to everybody else. */
const reservedMiB = 1024;
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

/** Memory that programs can still get, in MiB. On Linux the kernel's own estimate, which counts caches as free. */
export function availableMemoryMiB(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Math.floor(Number(kilobytes) / 1024);
  } catch {
    // Not Linux.
  }
  return Math.floor(freemem() / 1024 / 1024);
}
