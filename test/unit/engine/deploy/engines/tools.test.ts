import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  chooseEngine,
  describeEngines,
  engineOf,
  offeredEngine,
  type ChosenEngine,
  type EngineWish,
} from '../../../../../electron/engine/deploy/engines/all.ts';
import { planDeploy, previewHosts } from '../../../../../electron/engine/deploy/plan.ts';
import type { ToolProgram } from '../../../../../electron/engine/deploy/spec.ts';
import { prepareSshFiles } from '../../../../../electron/engine/ssh/config.ts';
import type { EngineName, Goal } from '../../../../../shared/contract/deploy.ts';
import type { FleetKind, Host } from '../../../../../shared/contract/host.ts';
import { fleetId, hostName } from '../../../../../shared/contract/ids.ts';

const folder = mkdtempSync(join(tmpdir(), 'nixstead-engines-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = prepareSshFiles(join(folder, 'ssh'));

/** A folder for PATH with a program in it that says one thing. */
function pathWith(name: string, says: string): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}'\n`);
  chmodSync(join(bin, name), 0o755);
  return { PATH: bin };
}

const host = (sources: FleetKind[], changes: Partial<Host> = {}): Host => ({
  name: hostName.parse('nas'),
  system: 'x86_64-linux',
  tags: [],
  target: { host: 'nas.home', user: 'admin', port: 2222 },
  sources,
  buildOnTarget: false,
  allowLocalDeployment: false,
  privilegeCommand: ['sudo', '-H', '--'],
  sshOptions: [],
  keys: [],
  replaceUnknownProfiles: true,
  deployRs: null,
  problem: null,
  ...changes,
});

function plan(
  engine: ChosenEngine,
  one: Host,
  goal: Goal = 'switch',
  watchdog: number | 'off' = 90,
  buildOn: string | undefined = undefined,
) {
  const fleet = {
    id: fleetId.parse('0123456789abcdef'),
    name: 'home',
    path: '/fleet',
    folder: '/fleet',
    remote: null,
    fingerprint: null,
    ref: 'git+file:///fleet',
    description: null,
    kinds: one.sources,
    git: null,
    evaluatedAt: 0,
    fromCache: false,
    problems: [],
  };
  return planDeploy(
    { fleet, hosts: [one] },
    { hosts: [one.name], goal, watchdog, buildOn },
    files.folder,
    undefined,
    engine,
  );
}

async function commandOf(
  env: NodeJS.ProcessEnv,
  name: EngineName,
  one: Host,
  goal: Goal = 'switch',
  buildOn: string | undefined = undefined,
) {
  const spec = plan(await chooseEngine(name, env), one, goal, 90, buildOn);
  const [planned] = spec.hosts;
  if (!planned) throw new Error('the plan has no host');
  const [command] = await engineOf(spec).commands(spec, planned, files);
  return { ...command, argv: command?.argv.slice(1) };
}

const refusal = (engine: ChosenEngine, one: Host, goal: Goal = 'switch') =>
  previewHosts(plan(engine, one, goal))[0]?.refusal?.code ?? null;

describe('the exact command of an engine', () => {
  test('colmena is told host and goal, where its log goes and our ssh configuration', async () => {
    const env = pathWith('colmena', 'Colmena 0.5.0-pre');
    const command = await commandOf(env, 'colmena', host(['colmenaHive']), 'boot');
    expect(command).toMatchObject({
      argv: ['apply', 'boot', '--config', '/fleet/flake.nix', '--on', 'nas'],
      env: { RUST_LOG: 'info', SSH_CONFIG_FILE: files.config },
    });
    expect((await commandOf(env, 'colmena', host(['colmenaHive']), 'build')).argv).toEqual([
      'build',
      '--config',
      '/fleet/flake.nix',
      '--on',
      'nas',
    ]);
  });

  test.each([
    ['the shell script', 'nixos-rebuild', ['--fast', '--no-ssh-tty', '--use-remote-sudo']],
    ['its successor', 'nixos-rebuild-ng', ['--no-reexec', '--sudo']],
  ])('nixos-rebuild as %s is given the options that it knows', async (_, name, options) => {
    const command = await commandOf(
      pathWith(name, ''),
      'nixos-rebuild',
      host(['nixosConfigurations'], { buildOnTarget: true }),
    );
    expect(command.argv).toEqual(
      expect.arrayContaining(['--flake', 'git+file:///fleet#nas', '--target-host', 'admin@nas.home', ...options]),
    );
    expect(command.argv?.slice(command.argv.indexOf('--build-host'))[1]).toBe('admin@nas.home');
    expect(command.env?.['NIX_SSHOPTS']).toBe(`-F ${files.config} -oPort=2222`);
  });

  test('deploy-rs is given the watchdog’s time for its own rollback, or told to have none', async () => {
    const env = pathWith('deploy', 'deploy-rs 1.0');
    const { argv } = await commandOf(env, 'deploy-rs', host(['deploy', 'nixosConfigurations']));
    expect(argv).toEqual([
      '--skip-checks',
      `--ssh-opts=-F ${files.config} -oPort=2222 -oUser=admin`,
      '--magic-rollback',
      'true',
      '--confirm-timeout',
      '90',
      'git+file:///fleet#nas',
    ]);
    const spec = plan(await chooseEngine('deploy-rs', env), host(['deploy']), 'switch', 'off');
    const [planned] = spec.hosts;
    if (!planned) throw new Error('the plan has no host');
    expect((await engineOf(spec).commands(spec, planned, files))[0]?.argv).toEqual(
      expect.arrayContaining(['--magic-rollback', 'false']),
    );
  });
});

describe('the password of sudo', () => {
  const takes = async (name: EngineName, program: string, says: string, one: Host): Promise<boolean | undefined> =>
    plan(await chooseEngine(name, pathWith(program, says)), one).hosts[0]?.takesPassword;
  const settings = {
    autoRollback: true,
    magicRollback: true,
    confirmTimeout: 30,
    activationTimeout: 240,
    fastConnection: false,
  };
  const withSudo = (sudo: string | null, ...users: (string | null)[]): Host =>
    host(['deploy'], { deployRs: { ...settings, profiles: users.map((user) => ({ name: 'a profile', user, sudo })) } });
  const profiles = (...users: (string | null)[]): Host => withSudo(null, ...users);

  test('can be given to what asks for it', async () => {
    expect(await takes('colmena', 'colmena', 'Colmena 0.5.0-pre', host(['colmenaHive']))).toBe(false);
    expect(await takes('nixos-rebuild', 'nixos-rebuild', '', host(['nixosConfigurations']))).toBe(false);
    expect(await takes('nixos-rebuild', 'nixos-rebuild-ng', '', host(['nixosConfigurations']))).toBe(true);
    expect(await takes('deploy-rs', 'deploy', 'deploy-rs 1.0', profiles('root'))).toBe(true);
  });

  test('is not given to deploy-rs where it would make root of a profile’s own user', async () => {
    expect(await takes('deploy-rs', 'deploy', 'deploy-rs 1.0', profiles('root', 'admin'))).toBe(false);
    expect(await takes('deploy-rs', 'deploy', 'deploy-rs 1.0', profiles('root', null))).toBe(false);
  });

  test('is given to deploy-rs where the node’s own command reads it', async () => {
    const given = (sudo: string) => takes('deploy-rs', 'deploy', 'deploy-rs 1.0', withSudo(sudo, 'root'));
    expect(await Promise.all(['doas -u', 'sudo -u', 'sudo -S -p "" -u'].map(given))).toEqual([false, false, true]);
  });
});

describe('where a program builds', () => {
  const programs = {
    colmena: pathWith('colmena', 'Colmena 0.5.0-pre'),
    'nixos-rebuild': pathWith('nixos-rebuild-ng', ''),
    'deploy-rs': pathWith('deploy', 'deploy-rs 1.0'),
  };
  const nas = (changes: Partial<Host> = {}): Host => host(['colmenaHive', 'deploy', 'nixosConfigurations'], changes);
  const told = async (name: keyof typeof programs, buildOn: string): Promise<string[]> => {
    const { argv = [] } = await commandOf(programs[name], name, nas(), 'switch', buildOn);
    const { argv: usual = [] } = await commandOf(programs[name], name, nas());
    return argv.filter((word) => !usual.includes(word));
  };
  const whyNot = async (name: keyof typeof programs, buildOn: string, one = nas()) =>
    previewHosts(plan(await chooseEngine(name, programs[name]), one, 'switch', 90, buildOn))[0]?.refusal?.code ?? null;

  test('is said with its own option', async () => {
    expect(await told('colmena', 'target')).toEqual(['--build-on-target']);
    expect(await told('colmena', 'here')).toEqual(['--no-build-on-target']);
    expect(await told('deploy-rs', 'target')).toEqual(['--remote-build']);
    expect(await told('deploy-rs', 'here')).toEqual([]);
    expect(await told('nixos-rebuild', 'here')).toEqual([]);
    expect(await told('nixos-rebuild', 'root@builder:2222')).toEqual(['--build-host', 'root@builder']);
  });

  test('is refused where it has no word for it', async () => {
    expect(await whyNot('colmena', 'root@builder')).toBe('engine-build-place');
    expect(await whyNot('deploy-rs', 'root@builder')).toBe('engine-build-place');
    expect(await whyNot('deploy-rs', 'here', nas({ buildOnTarget: true }))).toBe('engine-build-place');
    // The port that nixos-rebuild is given is that of the host and of the machine that builds.
    expect(await whyNot('nixos-rebuild', 'root@builder')).toBe('engine-build-place');
    expect(await whyNot('nixos-rebuild', 'root@builder:2222')).toBeNull();
  });
});

describe('an engine refuses', () => {
  const found = (version: string) => chooseEngine('colmena', pathWith('colmena', version));

  test('what the version of colmena cannot read', async () => {
    const [older, newer] = [await found('colmena 0.4.0'), await found('Colmena 0.5.0-pre')];
    expect(refusal(newer, host(['colmenaHive', 'colmena']))).toBeNull();
    expect(refusal(newer, host(['colmena']))).toBe('engine-version');
    expect(refusal(older, host(['colmena']))).toBeNull();
    expect(refusal(older, host(['colmenaHive', 'colmena']))).toBe('engine-version');
    expect(refusal(older, host(['hive.nix']))).toBeNull();
  });

  test('hosts that it does not know, and goals that it does not have', async () => {
    const colmena = await found('Colmena 0.5.0-pre');
    expect(refusal(colmena, host(['nixosConfigurations']))).toBe('engine-not-offered');
    const rebuild = await chooseEngine('nixos-rebuild', pathWith('nixos-rebuild', ''));
    expect(refusal(rebuild, host(['nixosConfigurations']), 'push')).toBe('engine-goal');
    const doas = host(['nixosConfigurations'], { privilegeCommand: ['doas'] });
    expect(refusal(rebuild, doas)).toBe('engine-privilege');
  });

  test('builds what it declares: deploy-rs its node, nixos-rebuild the configuration', async () => {
    const both = host(['colmenaHive', 'deploy', 'nixosConfigurations']);
    const sourceOf = async (name: EngineName, program: string, says: string): Promise<string | undefined> =>
      plan(await chooseEngine(name, pathWith(program, says)), both).hosts[0]?.source;
    expect(await sourceOf('deploy-rs', 'deploy', 'deploy-rs 1.0')).toBe('deploy');
    expect(await sourceOf('nixos-rebuild', 'nixos-rebuild', '')).toBe('nixosConfigurations');
  });
});

describe('what can be chosen', () => {
  const nowhere = { PATH: join(folder, 'nothing') };
  const ours = { said: null, offered: 'nix' } as const;
  const profile = (name: string) => ({ name, user: 'root', sudo: null });
  const withHome = {
    profiles: [profile('system'), profile('home')],
    autoRollback: true,
    magicRollback: true,
    confirmTimeout: 30,
    activationTimeout: 240,
    fastConnection: false,
  };

  test('a program that is not here is missing, and says what to install', async () => {
    await expect(chooseEngine('colmena', nowhere)).rejects.toMatchObject({
      problem: { code: 'engine-missing', advice: [expect.stringContaining('nixpkgs#colmena'), expect.anything()] },
    });
    const engines = await describeEngines([host(['colmenaHive'])], { said: 'colmena', offered: 'nix' }, nowhere);
    expect(engines.map(({ name, standardBy, problem }) => [name, standardBy, problem?.code ?? null])).toEqual([
      ['nix', null, null],
      ['colmena', 'nixstead.toml', 'engine-missing'],
      ['nixos-rebuild', null, 'engine-missing'],
      ['deploy-rs', null, 'engine-missing'],
    ]);
  });

  test('our own engine says which profiles deploy-rs alone would bring', async () => {
    const both = host(['deploy', 'nixosConfigurations'], { deployRs: withHome });
    const here = pathWith('deploy', 'deploy-rs 1.0');
    const leftOut = async (name: EngineName, goal: Goal): Promise<string[] | undefined> =>
      previewHosts(plan(await chooseEngine(name, here), both, goal))[0]?.leavesOut;
    expect(await leftOut('nix', 'switch')).toEqual(['home']);
    expect(await leftOut('deploy-rs', 'switch')).toEqual([]);
    expect(await leftOut('nix', 'build')).toEqual([]);
  });

  test('unless somebody names one, the engine is that which brings all that the flake offers', async () => {
    const here = pathWith('deploy', 'deploy-rs 1.0');
    const both = host(['deploy', 'nixosConfigurations'], { deployRs: withHome });
    const wish = { hosts: [both], goal: 'switch', buildOn: undefined, hasChecks: false } satisfies EngineWish;
    const offered = async (changes: Partial<EngineWish>, env = here): Promise<EngineName> =>
      offeredEngine({ ...wish, ...changes }, env);
    const named = [await offered({}), await offered({ goal: 'boot' }), await offered({ buildOn: 'target' })];
    expect(named).toEqual(['deploy-rs', 'deploy-rs', 'deploy-rs']);
    const engines = await describeEngines([both], { said: null, offered: await offered({}) }, here);
    expect(engines.filter(({ standardBy }) => standardBy === 'flake').map(({ name }) => name)).toEqual(['deploy-rs']);

    // Ours wherever that brings as much, guards better, or is the one that can.
    const system = { ...withHome, profiles: [profile('system')] };
    const others: Record<string, Partial<EngineWish>> = {
      'systems alone': { hosts: [host(['deploy', 'nixosConfigurations'], { deployRs: system })] },
      'a host beside it that deploy-rs does not know': { hosts: [both, host(['nixosConfigurations'])] },
      'this computer': { hosts: [{ ...both, isThisComputer: true }] },
      'a goal that it does not have': { goal: 'test' },
      'a machine that builds': { buildOn: 'builder' },
      'here what the fleet has built there': { hosts: [{ ...both, buildOnTarget: true }], buildOn: 'here' },
      'health checks': { hasChecks: true },
    };
    for (const [why, changes] of Object.entries(others)) expect(await offered(changes), why).toBe('nix');
    expect(await offered({}, nowhere)).toBe('nix');
    expect(await offered({}, { ...here, NIXSTEAD_NIX: 'ssh://root@builder' })).toBe('nix');
  });

  test('where another machine runs nix, our own engine alone, whatever the flake offers', async () => {
    const { PATH } = pathWith('colmena', 'Colmena 0.5.0-pre');
    const env = { PATH, NIXSTEAD_NIX: 'ssh://root@builder' };
    const engines = await describeEngines([host(['colmenaHive', 'deploy'])], ours, env);
    expect(engines.map(({ name, standardBy, problem }) => [name, standardBy, problem?.code ?? null])).toEqual([
      ['nix', 'flake', null],
      ['colmena', null, 'engine-nix-elsewhere'],
      ['nixos-rebuild', null, 'engine-nix-elsewhere'],
      ['deploy-rs', null, 'engine-nix-elsewhere'],
    ]);
    await expect(chooseEngine('colmena', env)).rejects.toMatchObject({
      problem: {
        evidence: expect.stringContaining('root@builder'),
        advice: ['Deploy with the engine nix, which does everything through root@builder.', expect.anything()],
      },
    });
    expect((await chooseEngine('nix', env)).name).toBe('nix');
  });

  test('another program of the same name is not taken for it', async () => {
    await expect(chooseEngine('deploy-rs', pathWith('deploy', 'Deployer 7'))).rejects.toMatchObject({
      problem: { code: 'engine-other' },
    });
  });

  test('a program that is here and has nothing to do in the fleet says why', async () => {
    const env = pathWith('colmena', 'Colmena 0.5.0-pre');
    const colmenaFor = async (sources: FleetKind[]) =>
      (await describeEngines([host(sources)], ours, env)).find(({ name }) => name === 'colmena');
    expect(await colmenaFor(['colmenaHive'])).toMatchObject({
      program: { version: '0.5.0-pre' } satisfies Partial<ToolProgram>,
      problem: null,
    });
    expect((await colmenaFor(['nixosConfigurations']))?.problem?.code).toBe('engine-not-offered');
    expect((await colmenaFor(['colmena']))?.problem?.code).toBe('engine-version');
  });
});
