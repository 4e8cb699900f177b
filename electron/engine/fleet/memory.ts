import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/**
 * How many hosts one nix may evaluate at once: colmena's rule, 512 MiB a host and 1 GiB left to everybody else, at
 * least 1 (colmena, src/nix/hive/mod.rs).
 */
export function hostsThatFit(availableMiB: number): number {
  return Math.max(1, Math.floor((availableMiB - 1024) / 512));
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
