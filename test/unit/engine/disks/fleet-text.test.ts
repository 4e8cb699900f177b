import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLayoutFiles } from '../../../../electron/engine/disks/find-layout-files.ts';
import { readFleetText, saveFleetText } from '../../../../electron/engine/disks/fleet-text.ts';

const LAYOUT = '{\n  disko.devices.disk.main.device = "/dev/vda";\n}\n';
const FILE = 'hosts/nas/disko.nix';
let top: string;
let fleet: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'nixstead-disks-'));
  fleet = join(top, 'fleet');
  mkdirSync(join(fleet, 'hosts/nas'), { recursive: true });
  writeFileSync(join(fleet, FILE), LAYOUT);
  writeFileSync(join(top, 'secret.nix'), '{ }');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const code = (code: string): unknown => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe('the text of a layout file', () => {
  it('is written over the text that was read', async () => {
    const { hash } = await readFleetText(fleet, FILE);
    const text = LAYOUT.replace('vda', 'vdb');
    const saved = await saveFleetText(fleet, { file: FILE, text, hash });
    expect(readFileSync(join(fleet, FILE), 'utf8')).toBe(text);
    expect(saved).toEqual(await readFleetText(fleet, FILE));
  });
  it('is not written over what somebody else wrote in between', async () => {
    const { hash } = await readFleetText(fleet, FILE);
    writeFileSync(join(fleet, FILE), '{ }');
    await expect(saveFleetText(fleet, { file: FILE, text: LAYOUT, hash })).rejects.toEqual(code('disks-file-changed'));
    expect(readFileSync(join(fleet, FILE), 'utf8')).toBe('{ }');
  });
  it('is not written where it is not Nix, and the line is told', async () => {
    const { hash } = await readFleetText(fleet, FILE);
    const saving = saveFleetText(fleet, { file: FILE, text: '{\n  a = ;\n}\n', hash });
    await expect(saving).rejects.toMatchObject({ problem: { code: 'disks-not-nix', place: { file: FILE, line: 2 } } });
    expect(readFileSync(join(fleet, FILE), 'utf8')).toBe(LAYOUT);
  });
  it('is never that of a file outside the fleet, not by a path and not by a link', async () => {
    symlinkSync(join(top, 'secret.nix'), join(fleet, 'link.nix'));
    symlinkSync(top, join(fleet, 'folder'));
    for (const file of ['../secret.nix', join(top, 'secret.nix'), 'link.nix', 'folder/secret.nix', '.']) {
      await expect(readFleetText(fleet, file), file).rejects.toEqual(code('disks-file-outside'));
    }
  });
  it('names a file that is gone', async () => {
    await expect(readFleetText(fleet, 'hosts/gone.nix')).rejects.toEqual(code('disks-file-unreadable'));
  });
});

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
