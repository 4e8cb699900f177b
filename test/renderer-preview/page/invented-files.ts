import { DISK_FILES } from './invented-disks.ts';
import { ORPCError } from '@orpc/server';
import { inventedPlan, NOT_HELD } from './invented-changes.ts';
import type { implement } from '@orpc/server';
import type { contract } from '../../../shared/contract/index.ts';
import type { Finding } from '../../../shared/contract/finding.ts';
import type { Discarded, GitBranches, GitFile, GitState, PullPlan } from '../../../shared/contract/git.ts';
import { hostName } from '../../../shared/contract/ids.ts';
import { factoryHostFiles } from '../../../shared/fleet/template/host-files.ts';
import { fleetFiles } from '../../../shared/fleet/template/fleet-files.ts';
import { LIVE_JOB } from './invented-jobs.ts';

const hashOf = (text: string): string => {
  let state = 7;
  for (const letter of text) state = (state * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return state.toString(16).padStart(64, '0');
};

const FLEET = {
  name: 'homelab',
  layout: 'factory',
  release: '26.05',
  adminUser: 'sam',
  timeZone: 'Europe/Berlin',
} as const;
const aKey = (letter: string, comment: string): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)} ${comment}`;
const SSH_KEYS = [
  { line: aKey('k', 'sam@laptop'), source: 'file' as const },
  {
    line: `sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI${'b'.repeat(59)} key on my chain`,
    source: 'agent' as const,
  },
];

const NAS = `{ config, pkgs, ... }:
{
  imports = [ ./disko.nix ];

  # The shelf under the stairs.
  networking.hostName = "nas";
  services.openssh.enable = true;
  users.users.sam.password = "hunter2";

  services.samba = {
    enable = true;
    settings.global.workgroup = "HOME";
  };
  environment.etc."motd".text = ''
    Welcome to \${config.networking.hostName}
  '';
  system.stateVersion = "25.11";
}
`;

const HOSTS = ['gateway', 'compute', 'db1'].map((name) =>
  factoryHostFiles({
    ...{ name, type: 'server', system: 'x86_64-linux', address: `${name}.lan`, user: 'root', port: null },
    ...{ tags: [], stateVersion: '25.11' },
  }),
);
const COMMITTED: Record<string, string> = {
  ...fleetFiles({ ...FLEET, sshKeys: [SSH_KEYS[0]?.line ?? ''] }),
  ...Object.fromEntries(HOSTS.flatMap((files) => Object.entries(files))),
  'hosts/nas/default.nix': NAS.replace('  users.users.sam.password = "hunter2";\n', ''),
};
const DISK: Record<string, string> = {
  ...COMMITTED,
  'hosts/nas/default.nix': NAS,
  'hosts/vpn/default.nix': '{\n  services.openssh.enable = true;\n}\n',
  'hosts/vpn/host.nix': '{ type = "server"; system = "x86_64-linux"; }\n',
  'hosts/broken/default.nix': '{\n  services.nginx = {\n    enable = true\n    virtualHosts = { };\n  };\n}\n',
};

const PASSWORD = NAS.indexOf('  users.users.sam.password');
/** What a check finds in the invented fleet. */
export const FINDINGS: readonly Finding[] = [
  {
    code: 'secret-password-in-clear',
    severity: 'error',
    host: hostName.parse('nas'),
    file: 'hosts/nas/default.nix',
    line: 8,
    message: 'The password of the user sam stands in the flake, and in the store of every machine that reads it.',
    fix: {
      kind: 'edit',
      title: 'Take the password out',
      file: 'hosts/nas/default.nix',
      hash: hashOf(NAS),
      splices: [{ start: PASSWORD, end: NAS.indexOf('\n', PASSWORD) + 1, text: '' }],
    },
  },
  {
    code: 'git-untracked',
    severity: 'error',
    file: 'hosts/vpn/default.nix',
    message: '2 new files are not known to Git, so the flake cannot see them.',
    fix: {
      kind: 'add-to-git',
      title: 'Tell Git of 2 new files',
      files: ['hosts/vpn/default.nix', 'hosts/vpn/host.nix'],
    },
  },
  {
    code: 'nixpkgs-out-of-support',
    severity: 'warning',
    file: 'flake.nix',
    line: 5,
    message: 'nixpkgs follows nixos-25.05, which has had no security updates since 31 December 2025.',
  },
  {
    code: 'target-duplicate',
    severity: 'warning',
    host: hostName.parse('db2'),
    file: 'hosts/db1/host.nix',
    line: 4,
    message: 'db1 and db2 are deployed to the same address, 10.0.20.51.',
  },
  {
    code: 'nixpkgs-old',
    severity: 'hint',
    file: 'flake.lock',
    line: 32,
    message: 'The input nixpkgs is 94 days old.',
  },
];

const CHANGES: GitFile[] = [
  { file: 'flake.nix', state: 'modified', staged: 'yes', isUnseen: false },
  { file: 'hosts/nas/default.nix', state: 'modified', staged: 'no', isUnseen: false },
  { file: 'hosts/old/default.nix', state: 'deleted', staged: 'no', isUnseen: false },
  { file: 'hosts/vpn/default.nix', state: 'new', staged: 'no', isUnseen: true },
  { file: 'hosts/vpn/host.nix', state: 'new', staged: 'no', isUnseen: true },
];

/** `?git=none|clean|behind|local|conflict|detached|stranger`: the states of a work tree. */
function gitState(): GitState | null {
  const wanted = new URLSearchParams(location.search).get('git');
  const state: GitState = {
    branch: 'main',
    revision: '4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8',
    upstream: 'origin/main',
    ahead: 2,
    behind: 0,
    remotes: ['origin'],
    fetchedAt: Date.now() - 600_000,
    operation: null,
    identity: 'Sam Home <sam@home.example>',
    files: CHANGES,
    changedOutside: 0,
  };
  if (wanted === 'none') return null;
  if (wanted === 'behind') return { ...state, ahead: 2, behind: 3 };
  if (wanted === 'local') return { ...state, upstream: null, remotes: [], ahead: 0, fetchedAt: null };
  if (wanted === 'clean') return { ...state, files: [], ahead: 0 };
  if (wanted === 'detached') return { ...state, branch: null };
  if (wanted === 'stranger') return { ...state, identity: null };
  if (wanted === 'conflict') {
    const files: GitFile[] = [
      { file: 'flake.nix', state: 'conflict', staged: 'no', isUnseen: false },
      ...CHANGES.slice(1),
    ];
    return { ...state, operation: 'merge', files };
  }
  return state;
}

const HOUR = 3_600_000;
const BRANCHES: GitBranches = {
  local: [
    ...[
      { name: 'main', isCurrent: true, upstream: 'origin/main', ahead: 2, subject: 'nas: one more disk' },
      {
        name: 'attic',
        isCurrent: false,
        upstream: 'origin/attic',
        ahead: 0,
        subject: 'attic: a binary cache of our own',
      },
      { name: 'try/zfs-on-the-router', isCurrent: false, upstream: null, ahead: 0, subject: 'router: zfs' },
    ].map((branch, index) => ({
      ...branch,
      isGone: index === 1,
      behind: 0,
      committedAt: Date.now() - index * 30 * HOUR,
    })),
  ],
  remote: ['origin/main', 'origin/26.05'].map((name, index) => ({
    name,
    subject: 'flake.lock: update all inputs',
    committedAt: Date.now() - (index + 4) * 40 * HOUR,
  })),
};

/** `?pull=conflict`: it would not go through. */
function pullPlan(how: 'merge' | 'rebase' | null): PullPlan {
  const isConflict = new URLSearchParams(location.search).get('pull') === 'conflict';
  return {
    kind: how ?? 'merge',
    upstream: 'origin/main',
    ahead: 2,
    behind: 3,
    commits: ['media: jellyfin 10.11', 'gateway: open port 8443', 'flake.lock: update nixpkgs'].map(
      (subject, index) => ({
        revision: `${index}a4c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8`,
        author: 'Robin',
        at: Date.now() - (index + 1) * 5 * HOUR,
        subject,
      }),
    ),
    files: ['flake.lock', 'hosts/media/default.nix'],
    refusal: isConflict
      ? {
          code: 'git-pull-conflict',
          title: 'Pulling would conflict in flake.lock',
          evidence: 'flake.lock',
          advice: ['Nothing was changed: your files are as they were.'],
        }
      : null,
  };
}

const OPTION_NAMES = [
  { name: 'enable', type: 'boolean' },
  { name: 'openFirewall', type: 'boolean' },
  { name: 'ports', type: 'list of 16 bit unsigned integer; between 0 and 65535 (both inclusive)' },
  { name: 'settings', type: 'submodule' },
].map((option) => ({ ...option, hasMore: option.name === 'settings' }));

const never = new Promise<never>(() => undefined);

/** The parts of the stand-in engine that are about files, git and what is made anew. `?folder=taken` is in the way. */
export function fileParts(os: ReturnType<typeof implement<typeof contract>>) {
  const asked = new URLSearchParams(location.search);
  const planned = (files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([path, text]) => ({ path, text }));
  return {
    create: {
      suggestFleet: os.create.suggestFleet.handler(() => ({
        adminUser: 'sam',
        timeZone: 'Europe/Berlin',
        releases: ['26.05', 'unstable'],
        sshKeys: asked.get('keys') === 'none' ? [] : SSH_KEYS,
      })),
      planFleet: os.create.planFleet.handler(({ input }) => ({
        folder: input.folder.replace('~', '/home/sam'),
        files: planned(fleetFiles(input.fleet)),
        inTheWay: asked.get('folder') === 'taken' ? ['flake.nix', 'README.md'] : [],
        others: asked.get('folder') === 'taken' ? ['notes.txt'] : [],
        isInGit: asked.get('folder') === 'taken',
      })),
      fleet: os.create.fleet.handler(async function* ({ input }) {
        yield { type: 'progress' as const, text: 'Locking inputs' };
        if (asked.get('create') === 'slow') await never;
        yield {
          type: 'created' as const,
          folder: input.folder,
          files: [],
          problems: [
            {
              code: 'nix-network',
              title: 'The inputs could not be locked: github.com cannot be reached',
              evidence: "error: unable to download 'https://api.github.com/…': Could not resolve hostname",
              advice: ['Open the fleet again when there is a network.'],
            },
          ],
        };
      }),
      suggestHost: os.create.suggestHost.handler(() => ({
        layout: asked.get('layout') === 'foreign' ? null : ('factory' as const),
        stateVersion: '26.05',
        modules: asked.get('modules') === 'some' ? ['backup.nix', 'desktop', 'media-server.nix'] : [],
        common: {
          adminUser: 'sam',
          sshKeys: asked.get('keys') === 'none' ? [] : [aKey('f', 'sam@desk')],
          timeZone: 'Europe/Berlin',
        },
        ownUser: 'sam',
        ownKeys: asked.get('keys') === 'none' ? [] : SSH_KEYS,
      })),
    },
    change: {
      plan: os.change.plan.handler(({ input }) => {
        const wanted = asked.get('change');
        if (wanted === 'problem') throw new ORPCError('PROBLEM', { message: NOT_HELD.title, data: NOT_HELD });
        return inventedPlan(input.change, wanted);
      }),
      apply: os.change.apply.handler(() => ({ files: [], undoId: '00000000-0000-4000-8000-000000000001' })),
      undo: os.change.undo.handler(() => undefined),
    },
    files: {
      list: os.files.list.handler(() => ({
        files:
          asked.get('files') === 'many'
            ? Array.from({ length: 4000 }, (_, index) => `hosts/host-${index % 400}/part-${index}.nix`)
            : Object.keys(DISK),
        isComplete: asked.get('files') !== 'many',
      })),
      read: os.files.read.handler(({ input }) => {
        const text = DISK[input.file] ?? DISK_FILES[input.file];
        if (text === undefined) {
          const data = {
            code: 'file-unreadable',
            title: `${input.file} cannot be read`,
            evidence: 'ENOENT: no such file or directory',
            advice: ['Check that the file is still there and that you may read it.'],
          };
          throw new ORPCError('PROBLEM', { message: data.title, data });
        }
        return { text, hash: hashOf(text) };
      }),
      save: os.files.save.handler(({ input }) => {
        DISK[input.file] = input.text;
        return { hash: hashOf(input.text) };
      }),
      watch: os.files.watch.handler(async function* ({ input }) {
        yield { hash: hashOf(DISK[input.file] ?? '') };
        if (asked.get('outside') !== null) {
          await new Promise((resolve) => setTimeout(resolve, 900));
          DISK[input.file] = `# Written by something else.\n${DISK[input.file] ?? ''}`;
          yield { hash: hashOf(DISK[input.file] ?? '') };
        }
        await never;
      }),
    },
    options: {
      watch: os.options.watch.handler(async function* () {
        const wanted = asked.get('options');
        if (wanted === 'none') {
          const problem = {
            code: 'nix-timed-out',
            title: 'The evaluation took too long and was ended',
            evidence: '',
            advice: ['Look at what it was doing, and try again.'],
          };
          yield { state: 'absent' as const, problem };
        } else if (wanted === 'slow') {
          yield { state: 'reading' as const };
          await never;
        } else yield { state: 'ready' as const, nixpkgs: 'a1b2c3d', count: 20_362 };
      }),
      complete: os.options.complete.handler(({ input }) => ({
        names: OPTION_NAMES.filter(({ name }) => name.startsWith(input.prefix)),
        isComplete: true,
      })),
      describe: os.options.describe.handler(({ input }) => ({
        name: input.path.join('.'),
        type: 'boolean',
        description:
          'Whether to enable OpenSSH, which lets you log in from other machines.\n\nSee {option}`services.openssh.settings` for what it allows.',
        default: 'false',
        example: 'true',
        declarations: ['nixos/modules/services/networking/ssh/sshd.nix'],
        isReadOnly: false,
      })),
    },
    git: {
      state: os.git.state.handler(() => gitState()),
      committed: os.git.committed.handler(({ input }) => ({ text: COMMITTED[input.file] ?? null })),
      track: os.git.track.handler(() => undefined),
      stage: os.git.stage.handler(() => undefined),
      unstage: os.git.unstage.handler(() => undefined),
      commit: os.git.commit.handler(() => ({ revision: '' })),
      discard: os.git.discard.handler(({ input }) =>
        input.files.map((file): Discarded => ({ file, blob: null, mode: 0o644, isTracked: true, left: null })),
      ),
      restore: os.git.restore.handler(() => undefined),
      branches: os.git.branches.handler(() => BRANCHES),
      switchBranch: os.git.switchBranch.handler(() => undefined),
      createBranch: os.git.createBranch.handler(() => undefined),
      abortOperation: os.git.abortOperation.handler(() => undefined),
      planPull: os.git.planPull.handler(({ input }) => pullPlan(input.how)),
      sync: os.git.sync.handler(() => ({ jobId: LIVE_JOB })),
    },
  };
}
