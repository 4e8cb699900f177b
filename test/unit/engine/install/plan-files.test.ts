import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeftHost } from '../../../../electron/engine/install/left-in-fleet.ts';
import { planFiles, writePlanned } from '../../../../electron/engine/install/plan-files.ts';
import { textHash } from '../../../../electron/engine/fleet/text-hash.ts';
import { fleetId, hostName } from '../../../../shared/contract/ids.ts';
import {
  declaration as installDeclaration,
  type HostNetwork,
  type InstallRequest,
} from '../../../../shared/contract/install.ts';
import { fleetFiles } from '../../../../shared/fleet/template/fleet-files.ts';
import type { NewHost } from '../../../../shared/fleet/template/options.ts';
import { defaultInstallOptions } from '../../../../shared/install/default-options.ts';

const host: NewHost = {
  name: 'nas',
  type: 'server',
  system: 'x86_64-linux',
  address: '10.0.0.5',
  user: null,
  port: null,
  tags: ['attic'],
  stateVersion: '26.05',
};
const base: Omit<InstallRequest, 'newHost'> = {
  fleetId: fleetId.parse('abcdef0123456789'),
  host: hostName.parse('nas'),
  network: null,
  target: { host: '10.0.0.5', user: 'root', port: null },
  identityFile: null,
  hostKeyFingerprint: '',
  layout: { text: '{ }', companion: '{ boot.loader.grub.enable = true; }\n' },
  options: defaultInstallOptions,
};
const requestFor = (newHost: NewHost, rest: Partial<InstallRequest> = {}): InstallRequest => ({
  ...base,
  ...rest,
  newHost: {
    ...newHost,
    tags: [...newHost.tags],
    modules: [...(newHost.modules ?? [])],
    admin: newHost.admin && { user: newHost.admin.user, sshKeys: [...newHost.admin.sshKeys] },
  },
});
const { signal } = new AbortController();

describe.each(['factory', 'simple'] as const)('the files of a new host in a fleet of the layout %s', (layout) => {
  let folder: string;
  const at = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const check = async (request: InstallRequest, earlier: readonly NewHost[] = []): Promise<string[]> => {
    const files = await planFiles(folder, request, earlier);
    await writePlanned(folder, files, signal);
    return files.map(({ path }) => path).sort();
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plan-'));
    const fleet = { name: 'home', layout, release: '26.05', adminUser: 'ada', sshKeys: [], timeZone: 'UTC' };
    for (const [path, text] of Object.entries(fleetFiles(fleet))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are not planned again where they stand as they would be made', async () => {
    expect(await check(requestFor(host))).not.toEqual([]);
    expect(await check(requestFor(host))).toEqual([]);
  });

  it('are written anew where a check wrote them, nobody changed them, and something else was chosen since', async () => {
    await check(requestFor(host));
    const chosen = { ...host, tags: ['cellar'], type: 'pc', modules: ['desktop.nix'] } as const;
    await expect(planFiles(folder, requestFor(chosen))).rejects.toMatchObject({
      problem: { code: 'install-host-taken' },
    });
    const facts = layout === 'factory' ? 'hosts/nas/host.nix' : 'flake.nix';
    expect(await check(requestFor(chosen), [host])).toEqual([facts, 'hosts/nas/default.nix'].sort());
    expect(at('hosts/nas/default.nix')).toContain('../../modules/desktop.nix');
    expect(at(facts)).toContain('"cellar"');
    expect(at(facts)).not.toContain('attic');
  });

  it('stay somebody’s who has changed one of them', async () => {
    await check(requestFor(host));
    writeFileSync(join(folder, 'hosts/nas/default.nix'), `${at('hosts/nas/default.nix')}# mine\n`);
    await expect(planFiles(folder, requestFor({ ...host, tags: [] }), [host])).rejects.toMatchObject({
      problem: { code: 'install-host-taken' },
    });
  });

  /** As a check under that name left it. */
  const left = async (): Promise<LeftHost> => {
    await check(requestFor(host));
    const names = ['default.nix', 'disko.nix', 'disko-settings.nix', ...(layout === 'factory' ? ['host.nix'] : [])];
    const paths = names.map((name) => `hosts/nas/${name}`);
    return { host, texts: Object.fromEntries(paths.map((path) => [path, textHash(at(path))])) };
  };
  const renamed = { ...host, name: 'vault' };
  const renamedRequest = requestFor(renamed, { host: hostName.parse('vault') });
  const planRenamed = (was: LeftHost) => planFiles(folder, renamedRequest, [], [was]);

  it('go with the name that the host had when they were checked', async () => {
    const was = await left();
    const files = await planRenamed(was);
    const removed = files.filter(({ after }) => after === null).map(({ path }) => path);
    expect(removed.sort()).toEqual(Object.keys(was.texts).sort());
    await writePlanned(folder, files, signal);
    expect(existsSync(join(folder, 'hosts/nas'))).toBe(false);
    expect(existsSync(join(folder, 'hosts/vault/disko.nix'))).toBe(true);
    if (layout === 'simple') {
      expect(at('flake.nix')).toContain('vault');
      expect(at('flake.nix')).not.toContain('nas =');
    }
    expect(await planRenamed(was)).not.toContainEqual(expect.objectContaining({ after: null }));
  });

  it.each(['changed one of them', 'added another'])('stay under that name for somebody who has %s', async (act) => {
    const was = await left();
    const file = act === 'added another' ? 'hosts/nas/mine.nix' : 'hosts/nas/disko.nix';
    writeFileSync(join(folder, file), '{ }\n# mine\n');
    expect(await planRenamed(was)).not.toContainEqual(expect.objectContaining({ after: null }));
  });

  it('say nothing of the network and of the boot loader any more where that is not wanted any more', async () => {
    const mac = '02:00:00:00:00:01';
    const network: HostNetwork = { mode: 'static', mac, addresses: ['10.0.0.5/24'], gateways: [], nameservers: [] };
    await check(requestFor(host, { network }));
    expect(at('hosts/nas/network.nix')).toContain('10.0.0.5/24');
    const changed = await check(
      requestFor(host, { network: { mode: 'dhcp' }, layout: { text: '{ }', companion: null } }),
    );
    expect(changed).toEqual(['hosts/nas/disko-settings.nix', 'hosts/nas/network.nix']);
    expect([at('hosts/nas/network.nix'), at('hosts/nas/disko-settings.nix')]).toEqual(['{ }\n', '{ }\n']);
  });
});

describe('the files of a new host in a flake that somebody else wrote', () => {
  let folder: string;
  const at = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const declaration = {
    like: hostName.parse('anchor'),
    module: 'machines/nas/configuration.nix',
    files: [
      { path: 'flake.nix', before: '{ one }\n', after: '{ one two }\n' },
      { path: 'machines/nas/configuration.nix', before: null, after: '{ imports = [ ]; }\n' },
      { path: 'machines/nas/hardware-configuration.nix', before: null, after: '{ }\n' },
      { path: 'machines/nas/disko.nix', before: null, after: '{ }\n' },
    ],
  };
  const request = requestFor(host, { declaration, layout: { text: '{ layout }', companion: null } });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plan-'));
    writeFileSync(join(folder, 'flake.nix'), '{ one }\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are those of its declaration, with the layout beside its module, each once', async () => {
    const files = await planFiles(folder, request);
    expect(files.map(({ path, after }) => [path, after])).toEqual([
      ['flake.nix', '{ one two }\n'],
      ['machines/nas/configuration.nix', '{ imports = [ ]; }\n'],
      ['machines/nas/hardware-configuration.nix', '{ }\n'],
      ['machines/nas/disko.nix', '{ layout }'],
    ]);
    await writePlanned(folder, files, signal);
    expect(await planFiles(folder, request)).toEqual([]);
  });

  it('leave what the install has found on the hardware, and take another layout', async () => {
    await writePlanned(folder, await planFiles(folder, request), signal);
    writeFileSync(join(folder, 'machines/nas/hardware-configuration.nix'), '{ found }\n');
    const other = { ...request, layout: { text: '{ other }', companion: null } };
    expect((await planFiles(folder, other)).map(({ path }) => path)).toEqual(['machines/nas/disko.nix']);
  });

  it('are not written over what somebody has changed since', async () => {
    writeFileSync(join(folder, 'flake.nix'), '{ mine }\n');
    await expect(planFiles(folder, request)).rejects.toMatchObject({
      problem: { code: 'install-declaration-old', evidence: 'flake.nix' },
    });
    expect(at('flake.nix')).toBe('{ mine }\n');
  });

  it('are not written for a host that is there already where nothing reads them', async () => {
    const again = { ...base, newHost: null };
    await expect(planFiles(folder, again)).rejects.toMatchObject({
      problem: { code: 'install-file-unread', evidence: 'hosts/nas/disko.nix\nhosts/nas/disko-settings.nix' },
    });
    expect(await planFiles(folder, { ...again, layout: null })).toEqual([]);
    const written = { ...again, layout: { text: '{ new }', companion: null } };
    mkdirSync(join(folder, 'hosts/nas'), { recursive: true });
    writeFileSync(join(folder, 'hosts/nas/disko.nix'), '{ old }');
    expect((await planFiles(folder, written)).map(({ after }) => after)).toEqual(['{ new }']);
  });

  it('lie in the fleet’s folder', () => {
    for (const path of ['../flake.nix', '/etc/passwd', 'hosts/../../x.nix', '~/x.nix', 'a\\..\\b']) {
      const files = [{ path, before: null, after: '' }];
      expect(installDeclaration.safeParse({ ...declaration, files }).success, path).toBe(false);
      expect(installDeclaration.safeParse({ ...declaration, module: path }).success, path).toBe(false);
    }
    expect(installDeclaration.safeParse(declaration).success).toBe(true);
  });
});
