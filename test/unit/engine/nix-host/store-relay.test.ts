import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { vi } from 'vitest';
import { StoreRelay } from '../../../../electron/engine/nix-host/store-relay.ts';

test('a store is reached through a socket also where the temporary folder has a long path, as on a Mac', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nixstead-relay-'));
  const long = join(folder, 'x'.repeat(90 - folder.length));
  mkdirSync(long);
  writeFileSync(join(folder, 'ssh'), '#!/bin/sh\necho "$*"; exec cat\n', { mode: 0o755 });
  vi.stubEnv('TMPDIR', long);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const store = { url: '', host: 'nas', user: 'admin', command: ['nix-daemon', '--stdio'], takesUnsigned: false };
  using relay = await StoreRelay.open(store, ['-F', '/config'], env);
  expect(Buffer.byteLength(relay.path)).toBeLessThan(104);
  const socket = connect(relay.path);
  socket.end('hello');
  expect(await text(socket)).toBe('-x -T -F /config -oUser=admin -- nas nix-daemon --stdio\nhello');
});
