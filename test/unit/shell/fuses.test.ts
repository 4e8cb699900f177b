import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const config = z
  .object({ asar: z.boolean(), electronFuses: z.record(z.string(), z.boolean()) })
  .parse(createRequire(import.meta.url)(join(process.cwd(), 'build', 'electron-builder.config.cjs')));

describe("the fuses of the packaged app's Electron", () => {
  it.each([
    ['it is no Node that anybody can start', 'runAsNode', false],
    ['NODE_OPTIONS loads nothing into it', 'enableNodeOptionsEnvironmentVariable', false],
    ['no debugger is attached by an argument', 'enableNodeCliInspectArguments', false],
    ['cookies are encrypted', 'enableCookieEncryption', true],
    ['a changed archive is not loaded', 'enableEmbeddedAsarIntegrityValidation', true],
    ['nothing but the archive is loaded', 'onlyLoadAppFromAsar', true],
    ['file:// has no privileges', 'grantFileProtocolExtraPrivileges', false],
  ])('%s', (_why, fuse, isOn) => {
    expect(config.electronFuses[fuse]).toBe(isOn);
  });

  it('are about an app that is an archive', () => {
    expect(config.asar).toBe(true);
  });
});
