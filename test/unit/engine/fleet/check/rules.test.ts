import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../../shared/contract/finding.ts';
import { host as hostSchema, type Host } from '../../../../../shared/contract/host.ts';
import { noSshLists } from '../../../../../shared/machines/ssh-lists.ts';
import { applySplices } from '../../../../../shared/nix/splice.ts';
import type { CheckedHost } from '../../../../../electron/engine/fleet/check/checked-host.ts';
import type { Account, HostDetails } from '../../../../../electron/engine/fleet/check/facts/host-details.ts';
import { parseLock, type Lock } from '../../../../../electron/engine/fleet/check/facts/lock.ts';
import type { SystemParts } from '../../../../../electron/engine/fleet/check/facts/systems.ts';
import { Inspection, type InspectionParts } from '../../../../../electron/engine/fleet/check/inspection.ts';
import { NixFile } from '../../../../../electron/engine/fleet/check/nix-file.ts';
import { fleetIdOf } from '../../../../../electron/engine/fleet/folder.ts';
import { confusedTimeouts } from '../../../../../electron/engine/fleet/check/rules/deploy-timeouts.ts';
import { duplicatedModules } from '../../../../../electron/engine/fleet/check/rules/duplicated-modules.ts';
import { fleetProblem } from '../../../../../electron/engine/fleet/check/rules/evaluation.ts';
import { gitFindings } from '../../../../../electron/engine/fleet/check/rules/git.ts';
import { colmenaWithoutHive } from '../../../../../electron/engine/fleet/check/rules/hive.ts';
import { hostNameFindings } from '../../../../../electron/engine/fleet/check/rules/host-names.ts';
import { inputFindings } from '../../../../../electron/engine/fleet/check/rules/inputs.ts';
import { wrongLocalDeployment } from '../../../../../electron/engine/fleet/check/rules/local-deployment.ts';
import { loginFindings } from '../../../../../electron/engine/fleet/check/rules/login.ts';
import { stateVersionFindings } from '../../../../../electron/engine/fleet/check/rules/state-version.ts';
import { targetFindings } from '../../../../../electron/engine/fleet/check/rules/targets.ts';
import { differentSystems } from '../../../../../electron/engine/fleet/check/rules/two-systems.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-11-21');

function aHost(name: string, more: Partial<Omit<Host, 'name'>> = {}): Host {
  return hostSchema.parse({
    name,
    system: 'x86_64-linux',
    tags: [],
    target: { host: `${name}.example`, user: 'root', port: null },
    sources: ['colmenaHive'],
    buildOnTarget: false,
    allowLocalDeployment: false,
    privilegeCommand: [],
    sshOptions: [],
    keys: [],
    replaceUnknownProfiles: true,
    deployRs: null,
    problem: null,
    ...more,
  });
}

function inspect(texts: Record<string, string>, parts: Partial<InspectionParts> = {}): Inspection {
  return new Inspection({
    folder: {
      id: fleetIdOf('/fleet'),
      origin: '/fleet',
      name: 'fleet',
      remote: null,
      problems: [],
      path: '/fleet',
      form: 'flake',
      workTree: '/fleet',
      subfolder: '',
      ref: 'git+file:///fleet',
    },
    files: Object.entries(texts).map(([path, text]) => new NixFile(path, text)),
    lock: { state: 'read', inputs: [] },
    git: null,
    now,
    hosts: [],
    outlines: new Map(),
    localPath: (text) => text.replace('/nix/store/copy', '/fleet'),
    ...parts,
  });
}

/** The text of a file after a finding's edit. */
function fixed(inspection: Inspection, { fix }: Finding): string {
  if (fix?.kind !== 'edit') throw new Error('no edit');
  return applySplices(inspection.file(fix.file)?.text ?? '', fix.splices);
}

function only(findings: Iterable<Finding>): Finding {
  const all = [...findings];
  const [first] = all;
  if (!first || all.length !== 1) throw new Error(`${all.length} findings: ${JSON.stringify(all)}`);
  return first;
}

const anAccount = (name: string, more: Partial<Account> = {}): Account => ({
  name,
  groups: name === 'root' ? ['root'] : ['users'],
  isNormalUser: name !== 'root',
  passwords: [],
  clearPasswords: [],
  keys: 0,
  ...more,
});

function checked(host: Host, more: Partial<HostDetails> = {}, deployedStateVersion: string | null = null): CheckedHost {
  const details: HostDetails = {
    hostName: host.name,
    domain: null,
    stateVersion: '26.05',
    accounts: [anAccount('root', { keys: 1 })],
    ssh: {
      rootLogin: 'prohibit-password',
      allowsPasswords: false,
      lists: noSshLists,
      hasOtherKeys: false,
      readsHomes: false,
    },
    hasOtherWayIn: false,
    clearKeys: [],
    files: { hostName: [], stateVersion: [], users: [], keys: [] },
    ...more,
  };
  return { host, details, deployedStateVersion };
}

const hive = (text: string): Record<string, string> => ({ 'flake.nix': text });

describe('a hive without colmenaHive', () => {
  const raw = [aHost('nas', { sources: ['colmena'] })];
  const flake = (inputs: string, outputs: string): string =>
    `{\n  inputs = { ${inputs} };\n  outputs = ${outputs}: {\n    colmena = { };\n    other = 1;\n  };\n}\n`;

  it('gets one from the input colmena, however the outputs name it', () => {
    for (const [formals, value] of [
      ['{ self, colmena, ... }', 'colmena.lib.makeHive self.outputs.colmena'],
      ['inputs@{ self, ... }', 'inputs.colmena.lib.makeHive self.outputs.colmena'],
      ['{ ... }@all', 'all.colmena.lib.makeHive all.self.outputs.colmena'],
      ['inputs', 'inputs.colmena.lib.makeHive inputs.self.outputs.colmena'],
    ] as const) {
      const inspection = inspect(hive(flake('colmena.url = "x";', formals)), { hosts: raw });
      const finding = only(colmenaWithoutHive(inspection));
      expect(finding).toMatchObject({ severity: 'warning', file: 'flake.nix', line: 4 });
      expect(fixed(inspection, finding)).toContain(`\n    colmenaHive = ${value};\n`);
    }
  });

  it('is only told where there is no such input, or it cannot be named', () => {
    for (const text of [flake('', '{ self, ... }'), flake('colmena.url = "x";', '{ self, ... }')]) {
      const finding = only(colmenaWithoutHive(inspect(hive(text), { hosts: raw })));
      expect(finding.fix).toBeUndefined();
    }
  });

  it('is nothing to speak of where nix finds colmenaHive', () => {
    expect([...colmenaWithoutHive(inspect(hive(flake('', 'x')), { hosts: [aHost('nas')] }))]).toEqual([]);
  });
});

describe('module lists', () => {
  const flake = (first: string, second: string, binder = ''): string => `{
  outputs = { self, nixpkgs }: ${binder}{
    nixosConfigurations.nas = nixpkgs.lib.nixosSystem {
      modules = ${first};
    };
    colmena.nas = {
      imports = ${second};
    };
  };
}
`;
  const hosts = [aHost('nas')];

  it('that are the same become one, with their comments', () => {
    const inspection = inspect(
      hive(flake('[\n        ./a.nix # first\n        ./b.nix\n      ]', '[ ./a.nix ./b.nix ]')),
      { hosts },
    );
    const finding = only(duplicatedModules(inspection));
    expect(finding).toMatchObject({ host: 'nas', line: 10 });
    expect(fixed(inspection, finding)).toBe(`{
  outputs = { self, nixpkgs }:
  let
    nasModules = [
      ./a.nix # first
      ./b.nix
    ];
  in
  {
    nixosConfigurations.nas = nixpkgs.lib.nixosSystem {
      modules = nasModules;
    };
    colmena.nas = {
      imports = nasModules;
    };
  };
}
`);
  });

  it('go into a let that is already there, under a name that is free', () => {
    const text = flake('[ ./a.nix ./b.nix ]', '[ ./a.nix ./b.nix ]', 'let\n    nasModules = 1;\n  in\n  ');
    const inspection = inspect(hive(text), { hosts });
    const result = fixed(inspection, only(duplicatedModules(inspection)));
    expect(result).toContain('    nasModules = 1;\n    nasModules2 = [ ./a.nix ./b.nix ];\n  in\n');
    expect(new NixFile('x', result).tree.problems).toEqual([]);
  });

  it('that use names of a function around them stay, and so do those that differ', () => {
    const own = flake('[ ./a.nix ./b.nix ]', '[ ./a.nix ./b.nix ]').replace(
      'colmena.nas = {',
      'colmena.nas = { name, ... }: {',
    );
    expect(only(duplicatedModules(inspect(hive(own), { hosts }))).fix).toBeUndefined();
    const different = only(
      duplicatedModules(inspect(hive(flake('[ ./a.nix ./b.nix ./c.nix ]', '[ ./a.nix ./b.nix ]')), { hosts })),
    );
    expect(different.fix).toBeUndefined();
    expect(different.message).toContain('./c.nix only for nixosConfigurations');
  });

  it('with one module in common are nobody’s business', () => {
    expect([
      ...duplicatedModules(inspect(hive(flake('[ ./a.nix ./b.nix ]', '[ ./a.nix ./c.nix ]')), { hosts })),
    ]).toEqual([]);
  });
});

describe('allowLocalDeployment', () => {
  const text = (lines: string): string => `{\n  nas.deployment = {\n    targetHost = "x";\n${lines}\n  };\n}\n`;

  it.each([
    '    # lets x86_64 build for aarch64 (needs binfmt)\n    allowLocalDeployment = true;',
    '    allowLocalDeployment = true; # cross builds',
    '    /* emulated by qemu */\n    allowLocalDeployment = true;',
  ])('explained as building for other processors is taken away with its comment: %j', (lines) => {
    const inspection = inspect(hive(text(lines)), { hosts: [aHost('nas')] });
    const finding = only(wrongLocalDeployment(inspection));
    expect(finding).toMatchObject({ host: 'nas', file: 'flake.nix', line: 4 });
    expect(fixed(inspection, finding)).toBe('{\n  nas.deployment = {\n    targetHost = "x";\n  };\n}\n');
  });

  it('stays where its comment is right, or is about something else', () => {
    for (const lines of [
      '    # the laptop deploys itself\n    allowLocalDeployment = true;',
      '    # for aarch64\n\n    allowLocalDeployment = true;',
    ]) {
      expect([...wrongLocalDeployment(inspect(hive(text(lines))))]).toEqual([]);
    }
  });
});

describe('the time limits of deploy-rs', () => {
  const flake = '{\n  deploy = {\n    confirmTimeout = 240;\n  };\n}\n';
  const timeouts = (key: string, value: number, position: unknown = null) => ({
    hosts: [aHost('nas')],
    outlines: new Map([
      [
        'nas',
        {
          ...{ nixosConfigurations: null, hive: null, deployNode: null, deployment: {}, hostname: null, sshUser: null },
          timeouts: [{ key, value, level: 'deploy', position: position as null }],
        },
      ],
    ]),
  });

  it('get the name that their value belongs to', () => {
    const position = { file: '/nix/store/copy/flake.nix', line: 3, column: 5 };
    const inspection = inspect(hive(flake), timeouts('confirmTimeout', 240, position));
    const finding = only(confusedTimeouts(inspection));
    expect(finding).toMatchObject({ file: 'flake.nix', line: 3 });
    expect(fixed(inspection, finding)).toContain('activationTimeout = 240;');
  });

  it('are right as they are documented', () => {
    for (const [key, value] of [
      ['confirmTimeout', 30],
      ['confirmTimeout', 120],
      ['activationTimeout', 240],
      ['activationTimeout', 600],
    ] as const) {
      expect([...confusedTimeouts(inspect({}, timeouts(key, value)))]).toEqual([]);
    }
  });

  it('are taken for each other in comments too', () => {
    const said = (comment: string) =>
      [...confusedTimeouts(inspect(hive(`# ${comment}\n{ }\n`)))].map(({ code }) => code);
    expect(said('rolls back if not confirmed within 240 s')).toEqual(['deploy-timeouts-confused']);
    expect(said('activationTimeout is 240, then it rolls back')).toEqual([]);
    expect(said('listens on 240')).toEqual([]);
  });
});

describe('inputs', () => {
  const lockOf = (original: Record<string, unknown>, daysAgo: number): Lock =>
    parseLock(
      JSON.stringify(
        {
          root: 'root',
          version: 7,
          nodes: {
            root: { inputs: { nixpkgs: 'nixpkgs_2', disko: 'disko' } },
            disko: { locked: { lastModified: 1 }, original: { owner: 'nix-community', repo: 'disko', type: 'github' } },
            nixpkgs_2: { locked: { lastModified: (now - daysAgo * day) / 1000 }, original },
          },
        },
        null,
        2,
      ),
    );
  const codes = (original: Record<string, unknown>, daysAgo: number): string[] =>
    [...inputFindings(inspect(hive('{ inputs.nixpkgs.url = "x"; }'), { lock: lockOf(original, daysAgo) }))].map(
      ({ code, file, line }) => `${code} ${file}:${line}`,
    );
  const github = (ref: string) => ({ type: 'github', owner: 'NixOS', repo: 'nixpkgs', ref });

  it('of nixpkgs must be fresh, and of a release that gets updates', () => {
    expect(codes(github('nixos-26.05'), 59)).toEqual([]);
    expect(codes(github('nixos-26.05'), 61)).toEqual(['nixpkgs-old flake.lock:21']);
    expect(codes(github('nixos-25.11-small'), 1)).toEqual(['nixpkgs-unsupported flake.nix:1']);
    expect(codes(github('nixos-unstable'), 1)).toEqual([]);
    expect(codes(github('nixos-18.09'), 1)).toEqual(['nixpkgs-unsupported flake.nix:1']);
  });

  it('are known for nixpkgs in every form that people write', () => {
    for (const original of [
      { type: 'tarball', url: 'https://channels.nixos.org/nixos-24.05/nixexprs.tar.xz' },
      { type: 'tarball', url: 'https://flakehub.com/f/NixOS/nixpkgs/0.2411.*.tar.gz' },
      { type: 'indirect', id: 'nixpkgs', ref: 'nixos-24.11' },
      { type: 'git', url: 'https://github.com/NixOS/nixpkgs', ref: 'release-24.11' },
    ]) {
      expect(codes(original, 1), JSON.stringify(original)).toEqual(['nixpkgs-unsupported flake.nix:1']);
    }
  });

  it('need a lock, and one that can be read', () => {
    const of = (lock: Lock, text = '{ inputs.nixpkgs.url = "x"; }') =>
      [...inputFindings(inspect(hive(text), { lock }))].map(({ code, severity }) => `${severity} ${code}`);
    expect(of({ state: 'missing' })).toEqual(['warning lock-missing']);
    expect(of({ state: 'missing' }, '{ outputs = _: { }; }')).toEqual([]);
    expect(of(parseLock('{"nodes": <<<<<<< HEAD'))).toEqual(['error lock-unreadable']);
  });
});

describe('git', () => {
  it('hides new files from the flake: those of the fleet, not those beside it', () => {
    const folder = { ...inspect({}).folder, subfolder: 'infra' };
    const git = {
      branch: 'main',
      revision: null,
      changed: [],
      untracked: ['notes', 'infra/hosts/x.nix'],
      unmerged: ['infra/a.nix'],
    };
    expect([...gitFindings(inspect({}, { folder, git }))]).toMatchObject([
      { code: 'files-untracked', severity: 'warning', file: 'hosts/x.nix', fix: { files: ['hosts/x.nix'] } },
      { code: 'merge-conflict', severity: 'error', file: 'a.nix' },
    ]);
  });
});

describe('what an opened fleet says of itself', () => {
  const found = (code: string, words: { title: string; evidence: string; advice?: string[] }) =>
    fleetProblem(inspect(hive('{ }')), { code, advice: [], ...words });

  it('is said in whole sentences, once', () => {
    const syntax = { title: 'Syntax error: unexpected ;', evidence: 'error\nsyntax error, unexpected ;' };
    expect(found('nix-syntax-error', { ...syntax, advice: ['Look there'] })).toEqual({
      code: 'fleet-evaluation-failed',
      severity: 'error',
      file: 'flake.nix',
      message: 'Syntax error: unexpected ;. Look there.',
    });
    expect(found('nix-failed', { title: 'Nix failed', evidence: 'no space left' })?.message).toBe(
      'Nix failed: no space left.',
    );
  });

  it('is a finding of its own kind, or none where it is nothing about the fleet', () => {
    const words = { title: 'Something', evidence: '' };
    expect(found('fleet-no-hosts', words)).toMatchObject({ code: 'no-hosts', severity: 'warning' });
    expect(found('fleet-unshowable-names', words)).toMatchObject({ code: 'host-name-invalid', severity: 'error' });
    expect(found('fleet-remote-stale', words)).toMatchObject({ code: 'reference-stale', severity: 'warning' });
    expect(found('fleet-not-remembered', words)).toBeNull();
    expect(found('git-failed', words)).toBeNull();
  });
});

describe('ways in', () => {
  const codes = (more: Partial<HostDetails>, target: Host['target'] = { host: 'nas', user: 'root', port: null }) =>
    [...loginFindings(inspect({}), checked(aHost('nas', { target }), more))].map(
      ({ code, severity }) => `${severity} ${code}`,
    );
  const ssh = checked(aHost('x')).details.ssh;
  if (!ssh) throw new Error('the details of a test have SSH');

  it('are in order with a key for root', () => {
    expect(codes({})).toEqual([]);
  });

  it('are missing without password, key or server', () => {
    expect(codes({ accounts: [anAccount('root')] })).toEqual(['error no-way-to-log-in']);
    expect(codes({ ssh: null })).toEqual(['error no-way-to-log-in']);
    expect(codes({ ssh: null, hasOtherWayIn: true })).toEqual([]);
    expect(codes({ accounts: [anAccount('root')], ssh: { ...ssh, hasOtherKeys: true } })).toEqual([]);
  });

  it('need a key for whoever deploys, which may lie in a home folder', () => {
    const accounts = [anAccount('root', { passwords: ['hashedPassword'] }), anAccount('ada', { keys: 1 })];
    expect(codes({ accounts })).toEqual(['error root-without-keys']);
    expect(codes({ accounts, ssh: { ...ssh, readsHomes: true } })).toEqual(['warning root-without-keys']);
    expect(codes({ accounts }, { host: 'nas', user: 'ada', port: null })).toEqual([]);
    expect(codes({ accounts }, { host: 'nas', user: 'deploy', port: null })).toEqual(['error user-without-keys']);
    expect(codes({ accounts }, { host: 'nas', user: null, port: null })).toEqual([]);
    expect(codes({ accounts }, null)).toEqual([]);
  });

  it('are closed for whom a list of the server keeps out', () => {
    const lists = { ...noSshLists, AllowGroups: ['users'] };
    expect(codes({ ssh: { ...ssh, lists } })).toEqual(['error user-shut-out']);
    const accounts = [anAccount('ada', { keys: 1 })];
    expect(codes({ accounts, ssh: { ...ssh, lists } }, { host: 'nas', user: 'ada', port: null })).toEqual([]);
  });

  it('are closed for root, or too wide', () => {
    expect(codes({ ssh: { ...ssh, rootLogin: 'no' } })).toEqual(['error root-login-refused']);
    expect(codes({ ssh: { ...ssh, rootLogin: 'yes', allowsPasswords: true } })).toEqual([
      'warning root-password-login',
    ]);
    expect(codes({ ssh: { ...ssh, rootLogin: 'yes' } })).toEqual([]);
  });
});

describe('targets', () => {
  const codes = (hosts: Host[]) =>
    [...targetFindings(inspect({}, { hosts }))].map(({ code, severity, host }) => `${severity} ${code} ${host}`);
  const at = (host: string, port: number | null = null): Pick<Host, 'target'> => ({
    target: { host, user: 'root', port },
  });

  it('are taken twice where address and port are the same', () => {
    expect(
      codes([aHost('a', at('10.0.0.1')), aHost('b', at('10.0.0.1', 22)), aHost('c', at('10.0.0.1', 2222))]),
    ).toEqual(['warning target-duplicate a', 'warning target-duplicate b']);
  });

  it('are missing, unless the machine deploys itself', () => {
    expect(codes([aHost('a', { target: null })])).toEqual(['warning target-missing a']);
    expect(codes([aHost('a', { target: null, allowLocalDeployment: true })])).toEqual([]);
    const plain = aHost('b', { sources: ['nixosConfigurations'] });
    expect(codes([plain])).toEqual([]);
    expect(codes([aHost('a'), plain])).toEqual(['hint target-missing b']);
  });

  it('are left over from a guide', () => {
    for (const address of ['your-server-ip', 'your_host', 'server-ip', 'changeme', 'xxx']) {
      expect(codes([aHost('a', at(address))]), address).toEqual(['warning target-invalid a']);
    }
    for (const address of ['nas', 'my-server', 'myriad.example', 'ip-10-0-0-1', 'yourte', 'todo-list']) {
      expect(codes([aHost('a', at(address))]), address).toEqual([]);
    }
  });

  it('are no addresses', () => {
    const problem = { code: 'host-address-refused', title: 'It is a URL', evidence: 'http://nas', advice: [] };
    expect(codes([aHost('a', { target: null, problem })])).toEqual(['error target-invalid a']);
  });
});

describe('host names', () => {
  const findings = (name: string, more: Partial<HostDetails>, texts: Record<string, string> = {}) => {
    const inspection = inspect(texts, { hosts: [aHost(name)] });
    return { inspection, found: [...hostNameFindings(inspection, checked(aHost(name), more))] };
  };

  it('may be given by the network, be a full domain name, or have a domain behind them', () => {
    expect(findings('nas', { hostName: '' }).found).toEqual([]);
    expect(findings('nas.home.example', { hostName: 'nas' }).found).toEqual([]);
    expect(findings('nas.home', { hostName: 'nas', domain: 'home' }).found).toEqual([]);
  });

  it('are mended in the file of that host alone', () => {
    const own = { 'hosts/nas/default.nix': '{\n  networking.hostName = "nsa"; # typo\n}\n' };
    const { inspection, found } = findings('nas', { hostName: 'nsa' }, own);
    expect(found).toMatchObject([{ code: 'host-name-differs', file: 'hosts/nas/default.nix', line: 2 }]);
    expect(fixed(inspection, only(found))).toBe('{\n  networking.hostName = "nas"; # typo\n}\n');
    const shared = { 'common.nix': '{ networking.hostName = "nsa"; }' };
    expect(only(findings('nas', { hostName: 'nsa' }, shared).found).fix).toBeUndefined();
    const computed = { 'hosts/nas/default.nix': '{ networking.hostName = "${x}"; }' };
    expect(only(findings('nas', { hostName: 'nsa' }, computed).found).fix).toBeUndefined();
  });

  it('are “nixos” where nobody sets one', () => {
    expect(only(findings('nas', { hostName: 'nixos' }).found).message).toContain('sets no networking.hostName');
  });
});

describe('system.stateVersion', () => {
  const text = '{\n  system.stateVersion = "26.05";\n}\n';

  it('must be that of the last deploy, and can be set back', () => {
    const inspection = inspect({ 'hosts/nas/default.nix': text }, { hosts: [aHost('nas')] });
    const finding = only(stateVersionFindings(inspection, checked(aHost('nas'), {}, '25.11')));
    expect(finding).toMatchObject({ severity: 'error', file: 'hosts/nas/default.nix', line: 2 });
    expect(fixed(inspection, finding)).toBe('{\n  system.stateVersion = "25.11";\n}\n');
  });

  it('is not judged where nothing is known, and not set for several hosts', () => {
    const inspection = inspect({ 'common.nix': text });
    expect([...stateVersionFindings(inspection, checked(aHost('nas')))]).toEqual([]);
    expect([...stateVersionFindings(inspection, checked(aHost('nas'), {}, '26.05'))]).toEqual([]);
    expect(only(stateVersionFindings(inspection, checked(aHost('nas'), {}, '25.11'))).fix).toBeUndefined();
  });
});

describe('two systems of one host', () => {
  const parts: SystemParts = {
    packages: ['vim'],
    services: [],
    users: [],
    fileSystems: [],
    openPorts: [],
    settings: [],
  };

  it('are told apart by what only one of them has', () => {
    const systems = {
      configuration: { drvPath: 'a', parts: { ...parts, openPorts: ['22'] } },
      hive: { drvPath: 'b', parts: { ...parts, packages: ['vim', 'git', 'git'] } },
    };
    const { message } = only(differentSystems(inspect({}), aHost('nas'), systems));
    expect(message).toContain('only nixosConfigurations has open ports 22; only the hive has packages git.');
  });

  it('are the same where their derivations are', () => {
    const systems = { configuration: { drvPath: 'a', parts }, hive: { drvPath: 'a', parts } };
    expect([...differentSystems(inspect({}), aHost('nas'), systems)]).toEqual([]);
  });
});
