import { describe, expect, it } from 'vitest';
import { availableMemoryMiB, heapLimit, hostsThatFit } from '../../../../electron/engine/nix/memory.ts';

const MiB = 1024 * 1024;

describe('how many hosts one nix evaluates', () => {
  it.each([
    [0, 1],
    [1024, 1],
    [1535, 1],
    [2048, 2],
    [2559, 2],
    [9216, 16],
    [32_768, 62],
  ])('of %i MiB that are available: %i, as colmena has it ((MiB - 1024) / 512, at least 1)', (available, hosts) => {
    expect(hostsThatFit(available)).toBe(hosts);
  });

  it('is what fits by measure where an earlier evaluation was measured', () => {
    expect(hostsThatFit(9216, 1024 * MiB)).toBe(8);
    expect(hostsThatFit(9216, 64 * MiB)).toBe(128);
    expect(hostsThatFit(9216, 1)).toBe(1024);
    expect(hostsThatFit(2048, 4096 * MiB)).toBe(1);
  });

  it('counts the memory of this computer', () => {
    expect(availableMemoryMiB()).toBeGreaterThan(16);
  });
});

describe('the memory that nix may take', () => {
  it('is what is available, less a little for everybody else, and never too little for anything', () => {
    expect(heapLimit({}, 4096)).toEqual({ GC_MAXIMUM_HEAP_SIZE: String(3840 * MiB) });
    expect(heapLimit({}, 100)).toEqual({ GC_MAXIMUM_HEAP_SIZE: String(512 * MiB) });
  });

  it('is not limited where a person has set a limit, or nothing is known', () => {
    expect(heapLimit({ GC_MAXIMUM_HEAP_SIZE: '1000000' }, 4096)).toEqual({});
    expect(heapLimit({}, null)).toEqual({});
  });
});
