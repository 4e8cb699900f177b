import { ORPCError, type implement } from '@orpc/server';
import type { contract } from '../../../shared/contract/index.ts';
import type { FlakeInput, HostComparison, LockChange, Proposal } from '../../../shared/contract/inputs.ts';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import { NOW, storePath } from './invented-hosts.ts';

const DAY = 24 * 3_600_000;
const rev = (seed: string): string => (seed.repeat(40) + '0'.repeat(40)).slice(0, 40);

function input(path: string, source: string | null, more: Partial<FlakeInput> & { age?: number } = {}): FlakeInput {
  const { age = 3, ...rest } = more;
  return {
    path: path.split('/'),
    source,
    follows: null,
    locked:
      source === null
        ? null
        : {
            url: `${source.replace(/\/[^/]*$/, '')}/${rev(path.slice(0, 4))}`,
            revision: rev('4f2c91e07d5b'),
            lastModified: NOW - age * DAY,
            narHash: 'sha256-Ix75GHEywjnGg/6KLcRYff3zBaH17/Eip6bmt/iEJuY=',
          },
    isFlake: true,
    release: null,
    isNixpkgs: false,
    isPinned: false,
    place: path.includes('/') ? null : { file: 'flake.nix', line: 5 },
    ...rest,
  };
}

const INPUTS: FlakeInput[] = [
  input('nixpkgs', 'github:NixOS/nixpkgs/nixos-25.11', {
    age: 94,
    isNixpkgs: true,
    release: { name: '25.11', isOver: true, endedOn: '2026-06-30' },
  }),
  input('nixpkgs-unstable', 'github:NixOS/nixpkgs/nixos-unstable', { isNixpkgs: true }),
  input('disko', 'github:nix-community/disko', { age: 21 }),
  input('disko/nixpkgs', null, { follows: ['nixpkgs'] }),
  input('colmena', 'github:zhaofengli/colmena', { age: 130 }),
  input('colmena/flake-compat', 'github:edolstra/flake-compat', { age: 400, isFlake: false }),
  input('colmena/flake-utils', 'github:numtide/flake-utils', { age: 300 }),
  input('colmena/flake-utils/systems', 'github:nix-systems/default', { age: 900 }),
  input('colmena/nixpkgs', 'github:NixOS/nixpkgs/nixos-unstable', { age: 12, isNixpkgs: true }),
  input('colmena/stable', 'github:NixOS/nixpkgs/nixos-24.05', {
    age: 700,
    isNixpkgs: true,
    release: { name: '24.05', isOver: true, endedOn: '2024-12-31' },
  }),
  input('sops-nix', `github:Mic92/sops-nix/${rev('ab12')}`, { age: 44, isPinned: true }),
  input('secrets', 'git+ssh://git@git.home.example/sam/secrets.git?ref=main', { age: 1 }),
  input('dotfiles', 'path:/home/sam/dotfiles', {
    locked: { url: 'path:/home/sam/dotfiles', revision: null, lastModified: null, narHash: 'sha256-Jx75GHEywjnGg/6K=' },
    isFlake: false,
  }),
];

const change = (path: string, from: number, to: number): LockChange => ({
  path: path.split('/'),
  before: { url: '', revision: rev('4f2c91e07d5b'), lastModified: NOW - from * DAY, narHash: null },
  after: { url: '', revision: rev('a90be17c44d2'), lastModified: NOW - to * DAY, narHash: null },
  followed: null,
  follows: null,
});

function compared(name: string, state: HostComparison['state'], more: Partial<HostComparison> = {}): HostComparison {
  const system = (seed: string) => ({
    drvPath: `${storePath(seed + name, `nixos-system-${name}`)}.drv`,
    outPath: storePath(`o${seed}${name}`, `nixos-system-${name}`),
  });
  const before = state === 'failing' ? null : system('a');
  return {
    host: hostName.parse(name),
    state,
    before,
    after: state === 'same' ? before : state === 'broken' || state === 'failing' ? null : system('b'),
    problem: null,
    build: null,
    buildProblem: null,
    ...more,
  };
}

const BROKEN = compared('db2', 'broken', {
  problem: {
    code: 'nix-option-undefined',
    title: 'There is no option services.postgresql.ensureUsers.*.ensurePermissions',
    evidence:
      'The option `services.postgresql.ensureUsers."[definition 1-entry 1]".ensurePermissions\' does not exist. Definition values:\n- In `hosts/db2/default.nix\'',
    advice: ['It was removed in NixOS 24.05: use ensureDBOwnership.'],
    place: { file: '/home/sam/homelab/hosts/db2/default.nix', line: 14 },
  },
});

function proposal(more: Partial<Proposal> = {}): Proposal {
  return {
    jobId: jobId.parse('20261121-140201-7f3c21'),
    title: 'Update all inputs',
    madeAt: NOW - 240_000,
    state: 'open',
    changes: [
      change('nixpkgs', 94, 2),
      change('disko', 21, 5),
      { ...change('colmena/stable', 700, 0), after: null, follows: ['nixpkgs'] },
      { ...change('attic', 0, 3), before: null },
    ],
    hosts: [
      compared('gateway', 'changed', { build: 'built' }),
      compared('nas', 'changed', { build: 'built' }),
      compared('kube01', 'changed', { build: 'built' }),
      BROKEN,
      compared('media', 'same'),
      compared('monitor', 'same'),
    ],
    files: ['flake.lock'],
    isBuilt: true,
    ...more,
  };
}

const FLAKE_BEFORE = `{
  description = "Machines at home";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11"; # the stable one
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs = inputs: import ./outputs.nix inputs;
}
`;

/** `?inputs=none|missing|unreadable|many|slow`, `?proposal=none|good|outdated|many|accepted`. */
export function inputParts(os: ReturnType<typeof implement<typeof contract>>) {
  const asked = new URLSearchParams(location.search);
  const wanted = asked.get('inputs');
  return {
    inputs: {
      list: os.inputs.list.handler(async () => {
        if (wanted === 'slow') await new Promise(() => undefined);
        if (wanted === 'none') return { lock: 'read' as const, problem: null, inputs: [] };
        if (wanted === 'hive') return { lock: 'no-flake' as const, problem: null, inputs: [] };
        const unlocked = INPUTS.filter(({ path }) => path.length === 1).map((one) => ({ ...one, locked: null }));
        if (wanted === 'missing') return { lock: 'missing' as const, problem: null, inputs: unlocked };
        if (wanted === 'unreadable') {
          const problem = {
            code: 'inputs-lock-unreadable',
            title: 'flake.lock cannot be read',
            evidence: 'Unexpected token < in JSON at position 1204',
            advice: ['Take it back from Git, or make it anew with: nix flake lock'],
          };
          return { lock: 'unreadable' as const, problem, inputs: unlocked };
        }
        const many = Array.from({ length: 60 }, (_, index) =>
          input(`input-number-${index}`, `github:somebody/project-${index}`, { age: index * 2 }),
        );
        return { lock: 'read' as const, problem: null, inputs: wanted === 'many' ? [...INPUTS, ...many] : INPUTS };
      }),
      planEdit: os.inputs.planEdit.handler(({ input: { edit } }) => {
        if (edit.kind === 'remove') {
          const data = {
            code: 'inputs-edit-refused',
            title: 'flake.nix is not edited here',
            evidence: 'The inputs are written as a function call.',
            advice: ['Nothing was written. Make this change in flake.nix yourself, on the page Files.'],
          };
          throw new ORPCError('PROBLEM', { message: data.title, data });
        }
        const after = FLAKE_BEFORE.replace(
          '"github:NixOS/nixpkgs/nixos-25.11";',
          `"github:NixOS/nixpkgs/${rev('4f2c91e07d5b')}"; # before it was pinned: github:NixOS/nixpkgs/nixos-25.11`,
        );
        return { title: 'Pin nixpkgs', hash: '0'.repeat(64), before: FLAKE_BEFORE, after };
      }),
      try: os.inputs.try.handler(() => ({ jobId: jobId.parse('20261121-140201-7f3c21') })),
      proposals: os.inputs.proposals.handler(() => {
        const same = Array.from({ length: 90 }, (_, index) => compared(`kube${index}`, index % 7 ? 'same' : 'changed'));
        switch (asked.get('proposal')) {
          case 'good':
            return [proposal({ hosts: [compared('nas', 'changed'), compared('media', 'same')], isBuilt: false })];
          case 'outdated':
            return [proposal({ state: 'outdated' })];
          case 'many':
            return [proposal({ hosts: [BROKEN, ...same] })];
          case 'accepted':
            return [proposal({ state: 'accepted' })];
          case 'bad':
            return [proposal()];
          default:
            return [];
        }
      }),
      accept: os.inputs.accept.handler(() => proposal({ state: 'accepted' })),
      discard: os.inputs.discard.handler(() => proposal({ state: 'discarded' })),
      compare: os.inputs.compare.handler(() => ({
        packages: [
          { name: 'linux', before: ['6.12.58'], after: ['6.12.61'] },
          { name: 'nginx', before: ['1.28.0'], after: ['1.29.3'] },
          { name: 'openssl', before: ['3.4.2', '3.5.1'], after: ['3.5.4'] },
          { name: 'python3', before: ['3.13.7'], after: [] },
        ],
        derivations: 1240,
      })),
    },
  };
}
