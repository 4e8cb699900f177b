import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { suggestHost } from '../../../../../electron/engine/fleet/create/suggestions.ts';
import { planHost } from '../../../../../electron/engine/fleet/create/plan-host.ts';
import { ProblemError } from '../../../../../electron/engine/errors.ts';
import { fleetFiles } from '../../../../../shared/fleet/template/fleet-files.ts';
import { readCommonModule } from '../../../../../shared/fleet/template/common-module.ts';
import { layoutOf } from '../../../../../shared/fleet/template/layout.ts';
import type { NewFleet, NewHost } from '../../../../../shared/fleet/template/options.ts';
import { parseNix } from '../../../../../shared/nix/parser.ts';

let folder: string;
const fleet: NewFleet = {
  name: 'home',
  layout: 'simple',
  release: '26.05',
  adminUser: 'ada',
  sshKeys: [],
  timeZone: 'UTC',
};
const nas: NewHost = {
  name: 'nas',
  type: 'server',
  system: 'x86_64-linux',
  address: '10.0.0.5',
  user: null,
  port: null,
  tags: [],
  stateVersion: '26.05',
};

function write(layout: NewFleet['layout']): void {
  for (const [path, text] of Object.entries(fleetFiles({ ...fleet, layout }))) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
const flake = () => readFileSync(join(folder, 'flake.nix'), 'utf8');

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nixstead hosts '))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a new host', () => {
  it.each(['factory', 'simple'] as const)('of the %s layout is Nix, and the layout is known again', async (layout) => {
    write(layout);
    expect(layoutOf(flake())).toBe(layout);
    const { newFiles, changedFiles } = await planHost(folder, { ...nas, tags: ['web', 'if', 'a.b'], port: 2222 });
    for (const text of [...Object.values(newFiles), ...changedFiles.map(({ after }) => after)]) {
      expect(parseNix(text).problems, text).toEqual([]);
    }
    expect(Object.keys(newFiles)).toContain('hosts/nas/default.nix');
    expect(changedFiles.map(({ path }) => path)).toEqual(layout === 'simple' ? ['flake.nix'] : []);
  });

  const laptop = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'l'.repeat(43)} sam@laptop`;
  const phone = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'p'.repeat(43)} phone`;

  it('has its own admin and time zone in its own file, as every machine has those of the fleet', async () => {
    write('factory');
    const { newFiles } = await planHost(folder, {
      ...nas,
      admin: { user: 'sam', sshKeys: [laptop, phone] },
      timeZone: 'Asia/Tokyo',
      modules: ['backup.nix'],
    });
    const text = newFiles['hosts/nas/default.nix'] ?? '';
    expect(parseNix(text).problems).toEqual([]);
    expect(text).toMatch(
      /^let\n {2}# Who may log in to this machine, beside those of the whole fleet\.\n {2}sshKeys = \[/,
    );
    expect(text).toContain('  time.timeZone = "Asia/Tokyo";\n');
    expect(text).toContain('  users.users.root.openssh.authorizedKeys.keys = sshKeys;\n  users.users.sam = {\n');
    expect(readCommonModule(text)).toEqual({ adminUser: 'sam', sshKeys: [laptop, phone], timeZone: 'Asia/Tokyo' });
    const { newFiles: plain } = await planHost(folder, { ...nas, name: 'web' });
    expect(plain['hosts/web/default.nix']).not.toMatch(/sshKeys|timeZone|users/);
  });

  it.each([
    [{ admin: { user: 'Sam', sshKeys: [laptop] } }, 'admin user must begin with a small letter'],
    [{ admin: { user: 'sam', sshKeys: [] } }, 'admin user has no key'],
    [{ admin: { user: 'sam', sshKeys: ['ssh-ed25519 AAAA'] } }, 'SSH key is not one line'],
    [{ timeZone: 'Europe/Nowhere' }, 'time zone is none that is known'],
  ])('is refused with %o', async (wrong, words) => {
    write('factory');
    await expect(planHost(folder, { ...nas, ...wrong })).rejects.toThrow(words);
  });

  it('is told what every machine of the fleet has, as long as that is written as we write it', async () => {
    write('factory');
    expect((await suggestHost(folder, 0)).common).toEqual({ adminUser: 'ada', sshKeys: [], timeZone: 'UTC' });
    const common = fleetFiles({ ...fleet, sshKeys: [laptop] })['modules/common.nix'] ?? '';
    const file = join(folder, 'modules/common.nix');
    writeFileSync(file, common);
    expect((await suggestHost(folder, 0)).common.sshKeys).toEqual([laptop]);
    writeFileSync(file, 'inputs: import ./elsewhere.nix inputs');
    expect((await suggestHost(folder, 0)).common).toEqual({ adminUser: null, sshKeys: [], timeZone: null });
  });

  it('includes those modules of the fleet that were chosen, and is offered all but what every host has', async () => {
    write('factory');
    mkdirSync(join(folder, 'modules/media'));
    writeFileSync(join(folder, 'modules/media/default.nix'), '{ }');
    writeFileSync(join(folder, 'modules/backup.nix'), '{ }');
    writeFileSync(join(folder, 'modules/notes.txt'), '');
    mkdirSync(join(folder, 'modules/empty'));
    writeFileSync(join(folder, 'modules/a b.nix'), '{ }');
    expect((await suggestHost(folder, 0)).modules).toEqual(['backup.nix', 'media']);
    const { newFiles } = await planHost(folder, { ...nas, modules: ['backup.nix', 'media'] });
    const text = newFiles['hosts/nas/default.nix'] ?? '';
    expect(parseNix(text).problems).toEqual([]);
    expect(text).toContain(
      'imports = [\n    ../../modules/backup.nix\n    ../../modules/media\n  ]\n  ++ builtins.filter',
    );
    const { newFiles: plain } = await planHost(folder, { ...nas, modules: [] });
    expect(plain).toEqual((await planHost(folder, nas)).newFiles);
  });

  it('of the simple layout leaves every byte of somebody’s comments and entries', async () => {
    write('simple');
    const text = flake().replace(
      'hosts = { };',
      'hosts = {\n        # mine\n        a = { system = "x"; }; # odd\n      };',
    );
    writeFileSync(join(folder, 'flake.nix'), text);
    const change = await planHost(folder, nas);
    const after = change.changedFiles[0]?.after ?? '';
    const [start, end] = ['hosts = {\n        # mine\n        a = { system = "x"; }; # odd\n', '      };\n'];
    const at = after.indexOf(start);
    expect(at).toBeGreaterThan(0);
    expect(after.slice(0, at)).toBe(text.slice(0, at));
    expect(after.endsWith(text.slice(text.indexOf(end, at)))).toBe(true);
    expect(change.changedFiles[0]?.before).toBe(text);
  });

  it.each([
    { name: '../escape' },
    { name: '--help-me' },
    { name: 'a;reboot' },
    { name: '$(touch /tmp/x)' },
    { name: '${builtins.abort "x"}' },
    { name: 'a"b' },
    { name: "''" },
    { name: 'x'.repeat(70) },
    { name: ' ' },
    { name: '' },
    { name: 'a\nb' },
    { name: 'a\0b' },
    { address: '-oProxyCommand=touch /tmp/x' },
    { address: 'https://host' },
    { user: 'user name' },
    { user: '-l' },
    { port: 99999 },
    { port: 0.5 },
    { system: 'x86_64-linux"; evil = "' },
    { tags: ['${x}'] },
    { tags: ['a b'] },
    { stateVersion: '25.05"; evil = "' },
    { stateVersion: 'yesterday' },
  ])('is not made with %j', async (odd) => {
    for (const layout of ['factory', 'simple'] as const) {
      write(layout);
      const before = flake();
      const failed: unknown = await planHost(folder, { ...nas, ...odd }).catch((e: unknown) => e);
      expect(failed).toBeInstanceOf(ProblemError);
      expect(failed instanceof ProblemError && failed.problem.code).toBe('fleet-bad-value');
      expect(flake()).toBe(before);
    }
  });

  it('does not take the place of a folder that is there', async () => {
    write('factory');
    mkdirSync(join(folder, 'hosts/nas'));
    await expect(planHost(folder, nas)).rejects.toMatchObject({ problem: { code: 'fleet-bad-value' } });
  });

  it('is not guessed into a flake of another form', async () => {
    writeFileSync(join(folder, 'flake.nix'), '{ outputs = _: { nixosConfigurations = { }; }; }');
    await expect(planHost(folder, nas)).rejects.toMatchObject({ problem: { code: 'fleet-foreign-layout' } });
  });
});
