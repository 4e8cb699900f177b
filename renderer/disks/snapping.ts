import { formatSize } from '../../shared/disko/size.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * A dragged size as it is written: whole G from 1G on, below that steps of 64M. `isFine` (Shift) takes 64M everywhere.
 * Never nothing: the smallest is 64M.
 */
export function snapSize(bytes: number, isFine = false): string {
  const step = !isFine && bytes >= GIB * 0.75 ? GIB : 64 * MIB;
  return formatSize(Math.max(step, Math.round(bytes / step) * step));
}

/** One step larger or smaller by keyboard. */
export function stepSize(bytes: number, direction: 1 | -1): string {
  const step = bytes > GIB || (bytes === GIB && direction === 1) ? GIB : 64 * MIB;
  const next = direction === 1 ? Math.floor(bytes / step) + 1 : Math.ceil(bytes / step) - 1;
  return formatSize(Math.max(64 * MIB, next * step));
}

/** Where in a row of pieces a dragged one is let go: how many of the others have their middle left of the pointer. */
export function dropPosition(middles: readonly number[], x: number): number {
  return middles.filter((middle) => middle < x).length;
}
