import { describe, expect, it } from 'vitest';
import { colmenaHive } from '../../../../electron/engine/fleet/kinds/colmena-hive.ts';
import { asRootWith, deployRs, portOfSshOptions } from '../../../../electron/engine/fleet/kinds/deploy-rs.ts';
import { nixosConfigurations } from '../../../../electron/engine/fleet/kinds/nixos-configurations.ts';
import type { Kind } from '../../../../electron/engine/fleet/kinds/kind.ts';
import { mergeHost } from '../../../../electron/engine/fleet/merge.ts';

const read = (kind: Kind, name: string, value: unknown) => ({ kind, name, host: kind.parse(name, value) });
const hive = (name: string, deployment: object, system = 'x86_64-linux') =>
  read(colmenaHive, name, { system, deployment });
const plain = (name: string, system = 'x86_64-linux') => read(nixosConfigurations, name, { system, deployment: null });
const settings = {
  profiles: [{ name: 'system', user: 'root', sudo: null }],
  ...{ autoRollback: true, magicRollback: true, confirmTimeout: 30, activationTimeout: 240, fastConnection: false },
};
const node = (name: string, change: object) => {
  const said = { hostname: 'h', system: null, sshUser: null, sshOpts: [], remoteBuild: false, settings };
  return read(deployRs, name, { ...said, ...change });
};

describe('a host of several kinds', () => {
  it('of plain nixosConfigurations answers under its name, as root, by colmena’s defaults', () => {
    expect(mergeHost('nas', [plain('nas')])).toEqual({
      name: 'nas',
      system: 'x86_64-linux',
      tags: [],
      target: { host: 'nas', user: 'root', port: null },
      sources: ['nixosConfigurations'],
      buildOnTarget: false,
      allowLocalDeployment: false,
      privilegeCommand: ['sudo', '-H', '--'],
      sshOptions: [],
      keys: [],
      replaceUnknownProfiles: true,
      deployRs: null,
      problem: null,
    });
  });

  it('has the names of its keys, and what deploy-rs goes by', () => {
    const host = mergeHost('web', [hive('web', { keys: ['tls'], replaceUnknownProfiles: false }), node('web', {})]);
    expect(host).toMatchObject({ keys: ['tls'], replaceUnknownProfiles: false, deployRs: settings });
  });

  it('takes its deployment from the hive and its system from whoever tells it', () => {
    const deployment = {
      targetHost: '10.0.0.5',
      targetUser: 'nixos',
      targetPort: 2222,
      tags: ['web'],
      buildOnTarget: true,
    };
    const host = mergeHost('web', [hive('web', deployment), plain('web')]);
    expect(host).toMatchObject({
      target: { host: '10.0.0.5', user: 'nixos', port: 2222 },
      tags: ['web'],
      buildOnTarget: true,
      sources: ['colmenaHive', 'nixosConfigurations'],
    });
  });

  it('does not mix the address of one kind with the user of another', () => {
    const host = mergeHost('web', [node('web', { hostname: '10.0.0.7' }), plain('web')]);
    expect(host.target).toEqual({ host: '10.0.0.7', user: null, port: null });
  });

  it('takes the port from deploy-rs’s ssh options and leaves the options as they are', () => {
    const host = mergeHost('web', [node('web', { hostname: 'w', sshUser: 'deploy', sshOpts: ['-p', '2222', '-A'] })]);
    expect(host).toMatchObject({ target: { host: 'w', user: 'deploy', port: 2222 }, sshOptions: ['-p', '2222', '-A'] });
  });

  it('becomes root as deploy-rs does: by the command of its profile “system”, else of the first', () => {
    const profile = (name: string, sudo: string | null) => ({ name, user: 'root', sudo });
    const privilege = (...profiles: object[]) =>
      mergeHost('web', [node('web', { settings: { ...settings, profiles } })]).privilegeCommand;
    expect(privilege(profile('home', 'doas -u'), profile('system', 'sudo -H -u'))).toEqual([
      'sudo',
      '-H',
      '-u',
      'root',
    ]);
    expect(privilege(profile('base', 'doas -u'))).toEqual(['doas', '-u', 'root']);
    expect(privilege(profile('system', null))).toEqual(['sudo', '-H', '--']);
    const hiveSays = hive('web', { privilegeEscalationCommand: ['run0'] });
    const both = [hiveSays, node('web', { settings: { ...settings, profiles: [profile('system', 'doas -u')] } })];
    expect(mergeHost('web', both).privilegeCommand).toEqual(['run0']);
  });

  it.each([
    ['doas -u', ['doas', '-u', 'root']],
    [` sudo -S -p "" -u `, ['sudo', '-S', '-p', '', '-u', 'root']],
    [`sudo --prompt='a b' -u`, ['sudo', '--prompt=a b', '-u', 'root']],
    ['$HOME/become', ['sh', '-c', '$HOME/become root "$@"', 'sh']],
    ['LANG=C sudo -u', ['sh', '-c', 'LANG=C sudo -u root "$@"', 'sh']],
    [`${'a'.repeat(50)};`, ['sh', '-c', `${'a'.repeat(50)}; root "$@"`, 'sh']],
    ['log; sudo -u', ['sh', '-c', 'log; sudo -u root "$@"', 'sh']],
  ])('the command %j of deploy-rs becomes words', (sudo, words) => {
    expect(asRootWith(sudo)).toEqual(words);
  });

  it('cannot be deployed where the hive says targetHost = null', () => {
    expect(mergeHost('pc', [hive('pc', { targetHost: null })])).toMatchObject({ target: null, problem: null });
  });

  it('keeps what one kind told where another failed, with the error', () => {
    const problem = { code: 'x', title: 'boom', evidence: '', advice: [] };
    const host = mergeHost('web', [{ kind: colmenaHive, name: 'web', problem }, plain('web')]);
    expect(host).toMatchObject({ problem, system: 'x86_64-linux', sources: ['colmenaHive', 'nixosConfigurations'] });
  });
});

describe('what must not reach a command', () => {
  it.each(['a;reboot', '$(x)', '-oProxyCommand=x', '../x', 'x'.repeat(300)])(
    'the name %j takes the target away',
    (name) => {
      const host = mergeHost(name, [hive(name, { targetHost: '10.0.0.1' })]);
      expect(host).toMatchObject({ target: null, problem: { code: 'host-name-refused', evidence: name } });
    },
  );

  it.each([
    [{ targetHost: '-oProxyCommand=x' }, 'host-address-refused'],
    [{ targetHost: 'a;b' }, 'host-address-refused'],
    [{ targetHost: 'h', targetUser: '-l' }, 'host-user-refused'],
    [{ targetHost: 'h', targetPort: 70000 }, 'host-port-refused'],
  ])('the deployment %j takes the target away', (deployment, code) => {
    expect(mergeHost('web', [hive('web', deployment)])).toMatchObject({ target: null, problem: { code } });
  });

  it('a machine that is no NixOS is shown and said to be none', () => {
    expect(mergeHost('mac', [plain('mac', 'aarch64-darwin')]).problem).toMatchObject({ code: 'host-not-nixos' });
  });
});

it.each([
  [['-p', '22'], 22],
  [['-p2222'], 2222],
  [['-o', 'Port=2200'], 2200],
  [['-oPort=2200'], 2200],
  [['-A', '-i', 'key'], null],
  [['-p'], null],
])('the port of the ssh options %j is %j', (options, port) => expect(portOfSshOptions(options)).toBe(port));
