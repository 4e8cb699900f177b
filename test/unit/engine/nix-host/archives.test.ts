import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findProgram } from '../../../../electron/engine/jobs/terminal.ts';
import { bringStorePath } from '../../../../electron/engine/nix-host/bring-store-path.ts';
import { narHash } from '../../../../electron/engine/nix-host/nar-hash.ts';
import { packFiles } from '../../../../electron/engine/nix-host/tree.ts';

let folder: string;
/** What may lie in a folder of a person. */
const files = [
  'flake.nix',
  'ünï/cödé.nix',
  '-C',
  '--checkpoint=1',
  '@archive',
  'new\nline',
  'sub/.git/HEAD',
  `${'d'.repeat(120)}/${'e'.repeat(120)}/${'f'.repeat(120)}`,
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-archives-'));
  for (const file of files) {
    const path = join(folder, 'tree', file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, file);
  }
  chmodSync(join(folder, 'tree/flake.nix'), 0o755);
  symlinkSync('nowhere', join(folder, 'tree/link'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

function isHere(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** Where `tar` is this program, as bsdtar is on macOS; what ssh leads to has the usual one. */
function useAsTar(program: string): void {
  const bin = mkdtempSync(join(folder, 'bin-'));
  symlinkSync(findProgram(program, '/', process.env['PATH'] ?? ''), join(bin, 'tar'));
  const usual = process.env['PATH'] ?? '';
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nPATH=${usual} exec tar -cf - -C ${join(folder, 'tree')} .\n`, {
    mode: 0o755,
  });
  vi.stubEnv('PATH', `${bin}:${usual}`);
}

const tars = ['tar', 'bsdtar'].map((program) => ({ program, isThere: isHere(program) }));

for (const { program, isThere } of tars) {
  const name = `the archives of ${program}`;
  describe.skipIf(!isThere)(isThere ? name : `${name}, skipped: ${program} is not on this machine`, () => {
    // What a desktop starts has no language.
    test.each(['C', 'C.UTF-8'])(
      'have every file as it is, and not git’s own folder, in the language %s',
      async (language) => {
        vi.stubEnv('LC_ALL', language);
        const into = mkdtempSync(join(folder, 'unpacked-'));
        mkdirSync(join(folder, 'tree/.git'), { recursive: true });
        const usual = process.env['PATH'] ?? '';
        useAsTar(program);
        for (const names of [null, [...files, 'link'].join('\0')]) {
          const { archive, ended } = packFiles(join(folder, 'tree'), names);
          const [bytes] = await Promise.all([buffer(archive), ended]);
          rmSync(join(folder, 'tree/.git'), { recursive: true, force: true });
          const { status } = spawnSync('tar', ['-xf', '-', '-C', into], { input: bytes, env: { PATH: usual } });
          expect(status).toBe(0);
          expect(narHash(into)).toBe(narHash(join(folder, 'tree')));
          rmSync(into, { recursive: true });
          mkdirSync(into);
        }
      },
    );

    test('are empty where there is no file', async () => {
      useAsTar(program);
      const { archive, ended } = packFiles(join(folder, 'tree'), '');
      const [bytes] = await Promise.all([buffer(archive), ended]);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
    });

    test('that come from a store are unpacked, and can be taken away again', async () => {
      vi.stubEnv('LC_ALL', 'C');
      cpSync(join(folder, 'tree'), join(folder, 'kept'), { recursive: true, verbatimSymlinks: true });
      chmodSync(join(folder, 'tree'), 0o555);
      useAsTar(program);
      const storePath = `/nix/store/${'0'.repeat(32)}-source`;
      const brought = join(folder, `brought-${program}`);
      await bringStorePath({ storePath, folder: brought, nixHost: 'ssh://nas', sshConfig: '/dev/null' });
      chmodSync(join(folder, 'tree'), 0o755);
      expect(narHash(brought)).toBe(narHash(join(folder, 'kept')));
      expect(readFileSync(join(brought, 'ünï/cödé.nix'), 'utf8')).toBe('ünï/cödé.nix');
      expect(statSync(brought).mode & 0o200).toBe(0o200);
      rmSync(join(folder, 'kept'), { recursive: true });
    });
  });
}
