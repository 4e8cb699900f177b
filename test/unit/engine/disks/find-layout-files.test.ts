import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLayoutFiles } from '../../../../electron/engine/disks/find-layout-files.ts';

const LAYOUT = '{\n  disko.devices.disk.main.device = "/dev/vda";\n}\n';
const FILE = 'hosts/nas/disko.nix';
let top: string;
let fleet: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'nixstead-disks-'));
  fleet = join(top, 'fleet');
  mkdirSync(join(fleet, 'hosts/nas'), { recursive: true });
  writeFileSync(join(fleet, FILE), LAYOUT);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('the layout files of a fleet', () => {
  it('are found by what they set, then by their name; other files, links and .git are not', async () => {
    mkdirSync(join(fleet, '.git'));
    writeFileSync(join(fleet, '.git/disko.nix'), LAYOUT);
    writeFileSync(join(fleet, 'flake.nix'), '{ }');
    writeFileSync(join(fleet, 'configuration.nix'), '{ disko = { devices = { }; }; }');
    writeFileSync(join(fleet, 'disk-config.nix'), '{ disk.main = { }; }');
    symlinkSync(top, join(fleet, 'folder'));
    expect(await findLayoutFiles(fleet)).toEqual({
      files: [
        { file: 'configuration.nix', found: 'devices' },
        { file: FILE, found: 'devices' },
        { file: 'disk-config.nix', found: 'name' },
      ],
      isComplete: true,
    });
  });
});
