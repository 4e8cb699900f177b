import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { createLab, fleetTemplates, type CommandResult, type Lab } from '../lab/index.ts';

let lab: Lab;
let count = 0;

/** A flake with one system made of `module`, built without a log: what nix answers. */
async function build(module: string, ...extra: string[]): Promise<CommandResult> {
  const path = join(lab.folder, 'fleets', `flake-${count++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'module.nix'), module);
  writeFileSync(
    join(path, 'flake.nix'),
    `{
      inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
      outputs = { nixpkgs, ... }: {
        nixosConfigurations.one = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./module.nix { fileSystems."/".device = "/dev/sda1"; } ];
        };
      };
    }`,
  );
  await lab.lock(path);
  const attribute = `path:${path}#nixosConfigurations.one.config.system.build.toplevel`;
  return lab.controller.exec(['nix', 'build', '--no-link', '--print-out-paths', attribute, ...extra], {
    timeoutMs: 60_000,
  });
}

const evaluate = (path: string, attribute: string): Promise<CommandResult> =>
  lab.controller.exec(['nix', 'eval', '--json', `${path}#${attribute}`], { timeoutMs: 60_000 });

describeLab('the pocket nixpkgs', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'pocket', onProgress: console.log });
  });
  afterAll(() => lab?.down());

  test('builds a system from nothing', async () => {
    await build('{ }'); // The flake's own files are read for the first time here.
    const { exitCode, stderr, stdout } = await build('{ networking.hostName = "cold"; services.nginx.enable = true; }');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^\/nix\/store\/.*-nixos-system-cold-25\.11\.[\w.]+\n$/);
  });

  test.for(fleetTemplates)(
    'evaluates a fleet of the kind %s, its inputs still named as their owner did',
    async (kind) => {
      const { path } = await lab.fleet(kind, { hosts: ['nas', 'compute'], tags: { nas: ['storage'] } });
      const systems = kind === 'colmena' ? 'colmenaHive.toplevel' : 'nixosConfigurations';
      const { stdout, stderr } = await lab.controller.exec([
        'nix',
        'eval',
        '--json',
        `${path}#${systems}`,
        '--apply',
        'builtins.attrNames',
      ]);
      expect(stdout, stderr).toBe('["compute","nas"]\n');
      const metadata = await lab.controller.exec(['nix', 'flake', 'metadata', '--json', path]);
      expect(metadata.stdout).toContain(
        '"original":{"owner":"NixOS","ref":"nixos-25.11","repo":"nixpkgs","type":"github"}',
      );
      expect((await lab.controller.exec(['git', 'status', '--short'], { cwd: path })).stdout).toBe('');
    },
  );

  test('gives the same derivation through colmena and through nixosConfigurations', async () => {
    const { path } = await lab.fleet('factory', { name: 'same', hosts: ['nas'], tags: { nas: ['storage'] } });
    const one = await evaluate(path, 'nixosConfigurations.nas.config.system.build.toplevel.drvPath');
    const other = await evaluate(path, 'colmenaHive.toplevel.nas.drvPath');
    expect(one.stdout).toMatch(/nixos-system-nas/);
    expect(other.stdout).toBe(one.stdout);
    const deployment: unknown = JSON.parse((await evaluate(path, 'colmenaHive.deploymentConfig.nas')).stdout);
    expect(deployment).toMatchObject({ tags: ['storage'], targetUser: 'root', targetPort: null, buildOnTarget: false });
  });

  test('has deploy-rs nodes whose profile is an activatable system', async () => {
    const { path } = await lab.fleet('deploy-rs', { name: 'nodes', hosts: ['nas'] });
    const built = await lab.controller.exec(
      ['nix', 'build', '--no-link', '--print-out-paths', `${path}#deploy.nodes.nas.profiles.system.path`],
      { timeoutMs: 60_000 },
    );
    expect(built.stdout, built.stderr).toMatch(/activatable-nixos-system-nas/);
  });

  test.for([
    [
      'an unknown option',
      '{ servces.nginx.enable = true; }',
      "The option `servces' does not exist. Definition values:",
    ],
    ['an unknown option, with a suggestion', '{ servces.nginx.enable = true; }', "Did you mean `services',"],
    [
      'a wrong type',
      '{ services.nginx.enable = "yes"; }',
      "A definition for option `services.nginx.enable' is not of type `boolean'.",
    ],
    [
      'a conflict',
      '{ imports = [ { networking.hostName = "a"; } { networking.hostName = "b"; } ]; }',
      "The option `networking.hostName' has conflicting definition values:",
    ],
    [
      'an assertion',
      '{ assertions = [ { assertion = false; message = "Not like this."; } ]; }',
      'Failed assertions:\n       - Not like this.',
    ],
    [
      'a missing attribute',
      '{ pkgs, ... }: { environment.systemPackages = [ pkgs.vimm ]; }',
      "attribute 'vimm' missing",
    ],
    ['a failing build', '{ pkgs, ... }: { environment.systemPackages = [ pkgs.failing ]; }', "'colour' undeclared"],
    [
      'a wrong hash',
      '{ pkgs, ... }: { environment.systemPackages = [ pkgs.wrongHash ]; }',
      'hash mismatch in fixed-output derivation',
    ],
    ['a missing file', '{ imports = [ ./nowhere.nix ]; }', "nowhere.nix' does not exist"],
    [
      'infinite recursion',
      '{ config, ... }: { networking.hostName = config.networking.hostName; }',
      'infinite recursion',
    ],
  ] as const)('says in NixOS’s words what is wrong: %s', async ([, module, sentence]) => {
    const { exitCode, stderr } = await build(module);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(sentence);
  });

  test('prints warnings and goes on', async () => {
    const { exitCode, stderr } = await build('{ warnings = [ "This is old." ]; }');
    expect(stderr).toContain('evaluation warning: This is old.');
    expect(exitCode).toBe(0);
  });

  test('merges as NixOS does: conditions, priorities, order, options below services', async () => {
    const module = `{ lib, config, pkgs, ... }: {
      options.services.dashboard.enable = lib.mkEnableOption "the dashboard";
      config = lib.mkMerge [
        { services.dashboard.enable = lib.mkDefault true; networking.hostName = lib.mkForce "forced"; }
        { networking.hostName = "weaker"; boot.kernelParams = lib.mkAfter [ "last" ]; }
        (lib.mkIf config.services.dashboard.enable { boot.kernelParams = lib.mkBefore [ "first" ]; })
        (lib.mkIf (!config.services.dashboard.enable) { boot.kernelParams = [ "never" ]; })
        { boot.kernelParams = [ "middle" ]; users.users.anna.isNormalUser = true; }
      ];
    }`;
    await build(module);
    const path = `path:${join(lab.folder, 'fleets', `flake-${count - 1}`)}`;
    const config = 'nixosConfigurations.one.config';
    expect(JSON.parse((await evaluate(path, `${config}.boot.kernelParams`)).stdout)).toEqual([
      'first',
      'middle',
      'last',
    ]);
    expect(JSON.parse((await evaluate(path, `${config}.networking.hostName`)).stdout)).toBe('forced');
    expect(JSON.parse((await evaluate(path, `${config}.users.users.anna.extraGroups`)).stdout)).toEqual([]);
  });
});
