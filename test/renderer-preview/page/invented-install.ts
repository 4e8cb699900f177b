import type { implement } from '@orpc/server';
import type { contract } from '../../../shared/contract/index.ts';
import { draftId, type InstallDraft } from '../../../shared/contract/install.ts';
import { fleetId, hostName, jobId } from '../../../shared/contract/ids.ts';
import type { JobDetail, Stage, Step } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { formatLayout } from '../../../shared/disko/format.ts';
import { buildRecipe } from '../../../shared/disko/recipes.ts';
import { factoryHostFiles } from '../../../shared/fleet/template/host-files.ts';
import { defaultInstallOptions } from '../../../shared/install/default-options.ts';
import { withPasswordFile } from '../../../renderer/install/encryption-keys.ts';
import { installDisks } from '../../../shared/install/install-disks.ts';
import { installHash, installKind, INSTALL_KINDS, INSTALL_STEPS, type InstallKind } from './install-drafts.ts';
import { inventReport, MANY_DISKS } from './invented-machine.ts';
import { inventStep, inventSummary, liveJob } from './invented-jobs.ts';

const HOST = hostName.parse('attic');
const targetOf = (kind: InstallKind) => ({
  host: kind === 'disks' ? MANY_DISKS : '10.0.20.77',
  user: 'root',
  port: null,
});
const CHECK_JOB = '20261121-120001-c4ec00';
const REHEARSAL_JOB = '20261121-120002-4ea4e0';
const NEW_HOST = {
  name: HOST,
  type: 'server',
  system: 'x86_64-linux',
  address: '10.0.20.77',
  user: 'root',
  port: null,
  tags: ['storage'],
  stateVersion: '26.05',
} as const;

function layoutOf(kind: InstallKind): { text: string; devices: readonly { name: string; device: string }[] } {
  const { disks } = inventReport(kind === 'disks');
  const chosen = kind === 'disks' ? disks.slice(1) : disks.slice(0, 1);
  const devices = chosen.map((disk, index) => ({
    name: index === 0 ? 'main' : `data${index}`,
    device: disk.byId[0] ?? disk.path,
  }));
  const recipe = kind === 'disks' ? 'nas' : 'encrypted';
  const layout = withPasswordFile(
    buildRecipe(recipe, { disks: devices, firmware: 'uefi', swap: null, hibernation: false }),
  );
  return { text: formatLayout(layout), devices };
}

function draftOf(id: string, fleet: string): InstallDraft {
  const kind = installKind(id);
  const step = INSTALL_STEPS[Number(id.at(-1))] ?? 'find';
  const at = INSTALL_STEPS.indexOf(step);
  const { text } = layoutOf(kind);
  const needsKey = text.includes('/tmp/secret.key');
  return {
    id: draftId.parse(id),
    version: 1,
    fleetId: fleetId.parse(fleet),
    kind: 'new',
    step,
    request: {
      ...(at > 0 && {
        target: targetOf(kind),
        hostKeyFingerprint: 'SHA256:2jvGlvVYDhcYcqXSxFpPhVhVZ8RZQkGBYtMkGq4uYBc',
      }),
      ...(at > 2 && { host: HOST, newHost: { ...NEW_HOST, tags: [...NEW_HOST.tags] } }),
      ...(at > 3 && {
        layout: { text, companion: null },
        options: {
          ...defaultInstallOptions,
          encryptionKeys: needsKey ? [{ remotePath: '/tmp/secret.key', from: { kind: 'ask' as const } }] : [],
        },
      }),
    },
    typed: {},
    report: at > 0 ? inventReport(kind === 'disks') : null,
    jobs: {
      check: at >= 5 && kind !== 'failed' ? jobId.parse(CHECK_JOB) : null,
      rehearsal: at >= 6 && kind === 'done' ? jobId.parse(REHEARSAL_JOB) : null,
      install: at >= 8 ? installJobId(kind) : null,
    },
    createdAt: Date.now() - 900_000,
    updatedAt: Date.now() - 60_000,
  };
}

const installJobId = (kind: InstallKind) => jobId.parse(`20261121-12000${INSTALL_KINDS.indexOf(kind)}-1a57a1`);

const FORMAT_PROBLEM: Problem = {
  code: 'install-disko-failed',
  title: 'The disks of attic could not be formatted',
  evidence: 'mdadm: /dev/disk/by-partlabel/disk-data3-root is busy - skipping\nmdadm: create aborted',
  advice: ['Stop the old array on the machine (mdadm --stop --scan), then go on at this step.'],
  canRetry: true,
};

const NO_VM: Problem = {
  code: 'rehearsal-no-vm',
  title: 'nix cannot run a virtual machine on this computer',
  evidence: '/dev/kvm is not there\nsystem-features = benchmark big-parallel nixos-test\nno builders',
  advice: ['Turn virtualisation on in this computer’s firmware, so that Linux has /dev/kvm.'],
};

/** The job of an install by its id; null: it is no such job. */
export function installJob(id: string, fleet: string): JobDetail | null {
  const all: Stage[] = ['kexec', 'hardware', 'gate', 'disko', 'copy', 'install', 'reboot', 'boot', 'verify', 'commit'];
  const kind = INSTALL_KINDS.find((each) => installJobId(each) === id);
  if (kind === undefined && id !== CHECK_JOB && id !== REHEARSAL_JOB) return null;
  const stages: Stage[] =
    id === REHEARSAL_JOB ? ['evaluate', 'rehearse'] : kind === undefined ? ['evaluate', 'build', 'review'] : all;
  const now =
    kind === undefined || kind === 'done'
      ? stages.length
      : stages.indexOf(kind === 'failed' ? 'disko' : kind === 'disks' ? 'boot' : 'copy');
  const steps = stages.map((stage, index): Step => {
    if (index < now) return inventStep('attic', stage, 'done', stage === 'build' ? { note: '214 built' } : {});
    if (kind === 'failed') return inventStep('attic', stage, index === now ? 'failed' : 'skipped');
    if (index > now) return inventStep('attic', stage, 'waiting');
    if (stage !== 'copy') return inventStep('attic', stage, 'running');
    const copied = { done: 0.9e9, total: 2.3e9, unit: 'bytes', bytesPerSecond: 38e6 } as const;
    return inventStep('attic', stage, 'running', copied);
  });
  const isOver = now === stages.length || kind === 'failed';
  const live = liveJob(fleetId.parse(fleet));
  const title =
    id === REHEARSAL_JOB
      ? 'Rehearse the install of attic'
      : kind === undefined
        ? 'Check the install of attic'
        : 'Install attic';
  return {
    ...live,
    summary: inventSummary(id, title, ['attic'], {
      fleetId: live.summary.fleetId,
      state: kind === 'failed' ? 'failed' : isOver ? 'succeeded' : 'running',
      endedAt: isOver ? Date.now() - 5000 : null,
    }),
    spec: {},
    steps,
    commands: [],
    builds: {},
    problems: kind === 'failed' ? [{ host: HOST, stage: 'disko', problem: FORMAT_PROBLEM }] : [],
    outcomes: {},
    notes: [],
    watchdogs: {},
    changes: {},
    health: {},
  };
}

/** The wizard's part of the stand-in engine. */
export function installParts(os: ReturnType<typeof implement<typeof contract>>, fleet: string) {
  const never = new Promise<never>(() => undefined);
  const disksOf = (kind: InstallKind) =>
    installDisks(
      layoutOf(kind).devices.map((disk) => ({ ...disk, isErased: true })),
      inventReport(kind === 'disks'),
    );
  let last: InstallDraft | null = null;
  return {
    install: {
      drafts: os.install.drafts.handler(() =>
        [installHash('disks'), installHash('install', 'failed')].map((hash) => draftOf(hash.slice(-16), fleet)),
      ),
      create: os.install.create.handler(() => never),
      draft: os.install.draft.handler(({ input }) => (last = draftOf(input.id, fleet))),
      change: os.install.change.handler(({ input: { id, change } }) => {
        const before = last ?? draftOf(id, fleet);
        return (last = {
          ...before,
          ...change,
          request: { ...before.request, ...change.request },
          typed: { ...before.typed, ...change.typed },
        } as InstallDraft);
      }),
      discard: os.install.discard.handler(() => undefined),
      review: os.install.review.handler(({ input }) => {
        const kind = installKind(input.draft ?? '');
        const text = (path: string, after: string) => ({ path, before: null, after });
        return {
          files: [
            ...Object.entries(factoryHostFiles({ ...NEW_HOST, tags: [...NEW_HOST.tags] })).map(([path, after]) =>
              text(path, after),
            ),
            text('hosts/attic/disko.nix', layoutOf(kind).text),
          ],
          disks: disksOf(kind),
          commands: (['build', 'kexec', 'disko', 'install'] as const).map((stage) => ({
            host: HOST,
            stage,
            where: 'here' as const,
            argv:
              stage === 'build'
                ? ['nix', 'build', '--no-link', '.#nixosConfigurations.attic.config.system.build.toplevel']
                : [
                    'nixos-anywhere',
                    '--phases',
                    stage,
                    '--target-host',
                    'root@10.0.20.77',
                    '--store-paths',
                    '<disko>',
                    '<system>',
                  ],
            env: {},
          })),
          nixosAnywhere: { version: '1.13.0', source: 'fleet' as const },
          earlier: { count: 3, shortestMs: 95_000, longestMs: 240_000 },
          obstacles: kind === 'failed' ? [FORMAT_PROBLEM] : [],
          warnings: [],
        };
      }),
      check: os.install.check.handler(() => never),
      protectedDisks: os.install.protectedDisks.handler(() => []),
      checked: os.install.checked.handler(({ input }) =>
        input.jobId === CHECK_JOB
          ? {
              system: '/nix/store/8q6s0b3ph1vpx5q2zqz0mjd1a7w3k9ry-nixos-system-attic-26.05',
              diskoScript: '/nix/store/2n4v6x8z0b3d5f7h9k1m3p5r7t9w2y4a-disko',
              closureBytes: 2.3e9,
              room: { bytes: 499e9, where: '/' },
              disks: disksOf(last === null ? 'plain' : installKind(last.id)),
              wantedKeys: ['/tmp/secret.key'],
              warnings: [],
            }
          : null,
      ),
      usual: os.install.usual.handler(() => ({
        build: 42_000,
        kexec: 35_000,
        disko: 9000,
        copy: 252_000,
        boot: 48_000,
      })),
      login: os.install.login.handler(() => ({
        argv: [
          'ssh',
          '-F',
          '/home/sam/.local/share/nixstead/ssh/config',
          '-t',
          '-oBatchMode=no',
          '-i',
          '/home/sam/.local/share/nixstead/installs/0000000000000007/login-key',
          '-oIdentitiesOnly=yes',
          '-oUserKnownHostsFile="/home/sam/.local/share/nixstead/installs/0000000000000007/known_hosts-8f3a0c51b2d94e67"',
          '-oGlobalKnownHostsFile=/dev/null',
          '-oHostKeyAlias=installer',
          'root@10.0.20.77',
        ],
      })),
      rehearsable: os.install.rehearsable.handler(({ input }) =>
        installKind(input.draft ?? '') === 'done' ? [] : [NO_VM],
      ),
      rehearse: os.install.rehearse.handler(() => never),
      start: os.install.start.handler(() => never),
      resumable: os.install.resumable.handler(({ input }) => ({
        jobId: input.jobId,
        phase: 'disko' as const,
        erases: true,
        disks: disksOf('failed'),
        state: ['The machine runs the installer at 10.0.20.77.', 'Its disk has a new table and holds no system.'],
      })),
      resume: os.install.resume.handler(() => never),
      adopt: os.install.adopt.handler(() => never),
    },
  };
}
