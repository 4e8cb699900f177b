import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { narHash } from '../../../../electron/engine/nix-host/nar-hash.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-nar-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a tree has the hash that `nix hash path` of 2.26 gives it', () => {
  mkdirSync(join(folder, 'deep/empty'), { recursive: true });
  for (const [name, text, mode] of [
    ['a', 'eight888', 0o644],
    ['B', '', 0o644],
    ['run', '#!/bin/sh\n', 0o755],
    ['deep/ü name', 'ü', 0o444],
  ] as const) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  symlinkSync('../a', join(folder, 'deep/link'));
  expect(narHash(join(folder, 'a'))).toBe('sha256-pm50GxwBqerNyh+AqlMSh4zRnnI0Y4vc1aL+PRZYJ6Q=');
  expect(narHash(join(folder, 'run'))).toBe('sha256-YoPBZoJg+QPRqJXAzWuCL6S2h2K7CxfO3vLTnZfiZVQ=');
  expect(narHash(join(folder, 'deep/link'))).toBe('sha256-hPTZgMDSc10mRRcp0rdIVinYXrtL9k6Y2hZ4iaUR3p8=');
  expect(narHash(folder)).toBe('sha256-xOcexoHzXWthmwu8hXoTV5imdLhdoAOUarjleOvTasM=');
  chmodSync(join(folder, 'a'), 0o755);
  expect(narHash(folder)).not.toBe('sha256-xOcexoHzXWthmwu8hXoTV5imdLhdoAOUarjleOvTasM=');
});
