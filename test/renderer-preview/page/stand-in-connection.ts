import { createRouterClient, implement, ORPCError } from '@orpc/server';
import type { Client, ConnectionState } from '../../../renderer/app/client.ts';
import type { Connection, FollowHandlers } from '../../../renderer/app/connection.ts';
import { contract } from '../../../shared/contract/index.ts';
import type { Engine } from '../../../shared/contract/deploy.ts';
import type { JobDetail } from '../../../shared/contract/job.ts';
import type { JobId } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { defaultSettings, type Settings } from '../../../shared/contract/settings.ts';
import type { HostTraits } from '../../../shared/contract/host.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { SavedSelection } from '../../../shared/contract/selection.ts';
import { DISK_FILES } from './invented-disks.ts';
import { fileParts, FINDINGS } from './invented-files.ts';
import { askForSudo, healthParts } from './invented-health.ts';
import { inputParts } from './invented-inputs.ts';
import { DIFFERENCE, GENERATIONS, MANY_PACKAGES } from './invented-plan.ts';
import { deployCommands, historyOfHost, LIVE_JOB, LOG_TEXT } from './invented-jobs.ts';
import { installJob, installParts } from './invented-install.ts';
import { terminalParts } from './invented-terminal.ts';
import { inventWaves, WAVES_EDIT, WAVES_PLAN } from './invented-waves.ts';
import { inventProbe } from './invented-machine.ts';
import { FLEET_ID, type Scenario } from './scenarios.ts';

const never = new Promise<never>(() => undefined);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function refused(problem: Problem): ORPCError<'PROBLEM', Problem> {
  return new ORPCError('PROBLEM', { message: problem.title, data: problem });
}

function sshProblemOf(place: string) {
  return {
    code: 'ssh-unknown-name',
    title: `No address is known for ${place}`,
    evidence: 'getaddrinfo ENOTFOUND',
    advice: ['Check the spelling.'],
  };
}

/** An engine inside the page that answers with a scenario's invented data. */
export class StandInConnection implements Connection {
  readonly door = 'browser';
  readonly client: Client;
  readonly state: Connection['state'];
  readonly #scenario: Scenario;
  #settings: Settings;
  #selections: SavedSelection[];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#selections = scenario.selections;
    this.#settings = { ...defaultSettings, ...scenario.settings };
    this.client = this.#makeClient();
    const listeners = new Set<(state: ConnectionState) => void>();
    let current: ConnectionState = 'open';
    this.state = {
      get current() {
        return current;
      },
      subscribe(onChange) {
        listeners.add(onChange);
        return () => listeners.delete(onChange);
      },
    };
    if (scenario.connection !== 'open') {
      setTimeout(() => {
        current = scenario.connection;
        for (const listener of listeners) listener(current);
      }, 300);
    }
  }

  onOpenRequest(): () => void {
    return () => undefined;
  }

  follow<T>(open: (signal: AbortSignal) => Promise<AsyncIterable<T>>, handlers: FollowHandlers<T>): Disposable {
    const stopped = new AbortController();
    const run = async (): Promise<void> => {
      try {
        for await (const value of await open(stopped.signal)) {
          if (stopped.signal.aborted) return;
          await handlers.each(value);
        }
        handlers.done?.();
      } catch (error) {
        handlers.failed?.(error);
      }
    };
    void run();
    return { [Symbol.dispose]: () => stopped.abort() };
  }

  [Symbol.dispose](): void {}

  #detail(id: JobId): JobDetail {
    const detail = this.#scenario.details.find(({ summary }) => summary.id === id);
    const found = detail ?? installJob(id, FLEET_ID);
    if (found !== null) return found;
    const summary = this.#scenario.jobs.find((job) => job.id === id);
    const first = this.#scenario.details[0];
    if (summary === undefined || first === undefined) {
      throw refused({
        code: 'job-unknown',
        title: `There is no job ${id}`,
        evidence: '',
        advice: ['It may have been deleted with the data folder. The list of jobs shows what is there.'],
      });
    }
    return { ...first, summary: { ...first.summary, ...summary, hosts: first.summary.hosts } };
  }

  #makeClient(): Client {
    const scenario = this.#scenario;
    const os = implement(contract);
    const router = os.router({
      app: {
        info: os.app.info.handler(() => scenario.info),
        chooseFolder: os.app.chooseFolder.handler(() => '/home/sam/homelab'),
        openExternal: os.app.openExternal.handler(() => undefined),
      },
      settings: {
        get: os.settings.get.handler(() => this.#settings),
        tryNixHost: os.settings.tryNixHost.handler(({ input: { place, accepted } }) => {
          if (place.includes('none')) return { state: 'failed' as const, problem: sshProblemOf(place) };
          return accepted === undefined
            ? {
                state: 'unknown-host-key' as const,
                type: 'ssh-ed25519',
                fingerprint: 'SHA256:0iqywhy2lm33cg9aygaxnns0sv25vvh2Q3tVzTd8oKQ',
              }
            : { state: 'fine' as const, version: 'nix (Nix) 2.31.2' };
        }),
        set: os.settings.set.handler(({ input }) => (this.#settings = { ...this.#settings, ...input })),
      },
      doctor: { check: os.doctor.check.handler(() => scenario.findings) },
      fleet: {
        open: os.fleet.open.handler(() => openFleet(scenario.view)),
        recent: os.fleet.recent.handler(() => scenario.recent),
        forget: os.fleet.forget.handler(() => undefined),
        completePath: os.fleet.completePath.handler(({ input: { prefix } }) =>
          ['homelab', 'house', 'hobby'].map((name, index) => ({
            path: `${prefix.slice(0, prefix.lastIndexOf('/') + 1)}${name}`,
            name,
            isFlake: index === 0,
          })),
        ),
        watchStatus: os.fleet.watchStatus.handler(() => watchStatus(scenario)),
        refreshStatus: os.fleet.refreshStatus.handler(() => undefined),
        traits: os.fleet.traits.handler(({ input }) => traitsOf(input.hosts ?? [])),
        evaluateSystems: os.fleet.evaluateSystems.handler(() => evaluateSystems()),
        check: os.fleet.check.handler(() => checkFleet()),
      },
      selection: {
        list: os.selection.list.handler(() => this.#selections),
        save: os.selection.save.handler(({ input: { name, text } }) => {
          const others = this.#selections.filter((each) => each.name !== name);
          return (this.#selections = [...others, { name, text }].toSorted((a, b) => a.name.localeCompare(b.name)));
        }),
        rename: os.selection.rename.handler(
          ({ input: { name, to } }) =>
            (this.#selections = this.#selections.map((each) => (each.name === name ? { ...each, name: to } : each))),
        ),
        remove: os.selection.remove.handler(
          ({ input: { name } }) => (this.#selections = this.#selections.filter((each) => each.name !== name)),
        ),
      },
      ...fileParts(os),
      ...inputParts(os),
      machine: {
        probe: os.machine.probe.handler(({ input }) => inventProbe(input.target.host, input)),
        makeKey: os.machine.makeKey.handler(() => ({
          file: '/home/sam/.local/share/nixstead/ssh/own-key',
          publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKzX4mVfXQ0b7o0m2m0b5b0y8Yl5mC1cXo2hS0yJt6Qd nixstead',
        })),
        discover: os.machine.discover.handler(() => []),
      },
      ...installParts(os, FLEET_ID),
      ...terminalParts(os),
      disks: {
        list: os.disks.list.handler(() => ({
          files: Object.keys(DISK_FILES).map((file) => ({ file, found: 'devices' as const })),
          isComplete: true,
        })),
        evaluate: os.disks.evaluate.handler(() => {
          throw nixMissing();
        }),
        evaluateHost: os.disks.evaluateHost.handler(() => {
          throw nixMissing();
        }),
      },
      deploy: {
        engines: os.deploy.engines.handler(() => engines),
        preview: os.deploy.preview.handler(
          async ({ input: { goal, hosts, waves, planned, reboot = 'never', engine: named } }) => {
            await pause(150);
            const engine = named ?? (planned === undefined ? usualEngine : 'nix');
            const known = scenario.view !== null && 'hosts' in scenario.view ? scenario.view.hosts : [];
            return {
              goal,
              engine: engines.find(({ name }) => name === engine) ?? { name: engine, guard: 'watchdog', program: null },
              hosts: hosts.map((name) => {
                const host = known.find((each) => each.name === name);
                return {
                  name,
                  address: host?.target?.host ?? null,
                  watchdogSeconds: 60,
                  waitsForChecks: false,
                  keys: 0,
                  leavesOut: (host?.deployRs?.profiles ?? [])
                    .map((profile) => profile.name)
                    .filter((profile) => profile !== 'system' && engine !== 'deploy-rs'),
                  checks: [{ name: 'no new failed units', kind: 'failed-units' }],
                  refusal: host?.problem ?? null,
                };
              }),
              waves: hosts.length < 3 || waves === 'off' ? [] : inventWaves(hosts),
              emptyWaves: [],
              reboot,
              commands: deployCommands(hosts),
            };
          },
        ),
        waves: os.deploy.waves.handler(() => ({ plan: WAVES_PLAN })),
        editWaves: os.deploy.editWaves.handler(() => WAVES_EDIT),
        start: os.deploy.start.handler(() => ({ jobId: LIVE_JOB })),
        rollback: os.deploy.rollback.handler(() => ({ jobId: LIVE_JOB })),
        waysBack: os.deploy.waysBack.handler(({ input: { hosts, to } }) => {
          const isNamed = typeof to === 'object' && 'generation' in to;
          const found = isNamed ? GENERATIONS.find(({ number }) => number === to.generation) : GENERATIONS[1];
          return hosts.map((host) => ({ host, generation: found ?? null, problem: null }));
        }),
        previewRollback: os.deploy.previewRollback.handler(() => {
          throw nixMissing();
        }),
        generations: os.deploy.generations.handler(() => GENERATIONS),
        protectGeneration: os.deploy.protectGeneration.handler(({ input }) => {
          const problem = askForSudo(input.host, input.sudoPassword);
          if (problem !== null) throw refused(problem);
        }),
        generationRoom: os.deploy.generationRoom.handler(({ input }) => ({
          onlyBytes: input.numbers.length * 412_000_000,
          garbageBytes: 1_900_000_000,
        })),
        deleteGenerations: os.deploy.deleteGenerations.handler(() => ({ jobId: LIVE_JOB })),
        compareGenerations: os.deploy.compareGenerations.handler(() =>
          new URLSearchParams(location.search).get('packages') === 'many' ? MANY_PACKAGES : DIFFERENCE,
        ),
        ...healthParts(os),
        retryFailed: os.deploy.retryFailed.handler(() => ({ jobId: LIVE_JOB })),
      },
      job: {
        list: os.job.list.handler(() => scenario.jobs),
        ofHost: os.job.ofHost.handler(({ input }) => historyOfHost(scenario.jobs, input.host)),
        estimateError: os.job.estimateError.handler(() => ({ median: 0.18, jobs: 20 })),
        watchAll: os.job.watchAll.handler(() => once(scenario.jobs.filter((job) => job.endedAt === null))),
        show: os.job.show.handler(({ input }) => this.#detail(input.id)),
        watch: os.job.watch.handler(({ input }) => watchJob(this.#detail(input.id))),
        log: os.job.log.handler(() => logChunks(scenario.logLines)),
        export: os.job.export.handler(({ input }) => exportPieces(input.ids.length, input.withLogs)),
        cancel: os.job.cancel.handler(() => undefined),
        answer: os.job.answer.handler(() => undefined),
        decide: os.job.decide.handler(() => undefined),
        limit: os.job.limit.handler(() => undefined),
        resize: os.job.resize.handler(() => undefined),
      },
    });
    return createRouterClient(router);
  }
}

async function* openFleet(view: Scenario['view']) {
  yield { type: 'progress' as const, text: 'Reading the flake', done: 0, total: 0 };
  await pause(50);
  if (view === null) {
    yield { type: 'progress' as const, text: 'Evaluating hosts', done: 3, total: 9 };
    await never;
  } else if ('fleet' in view) {
    yield { type: 'opened' as const, view };
  } else {
    throw refused(view);
  }
}

/** `?check=none`: nothing is found. `?check=many`: much is. `?check=slow`: it does not end. */
async function* checkFleet() {
  const wanted = new URLSearchParams(location.search).get('check');
  yield { type: 'progress' as const, text: 'Looking into hosts', done: 4, total: 9 };
  if (wanted === 'slow') await never;
  const copies = wanted === 'none' ? 0 : wanted === 'many' ? 40 : 1;
  const findings = Array.from({ length: copies }, (_, copy) =>
    FINDINGS.map((finding) => (copy === 0 ? finding : { ...finding, line: (finding.line ?? 0) + copy })),
  ).flat();
  yield { type: 'findings' as const, findings };
}

async function* traitsOf(names: readonly HostName[]): AsyncGenerator<HostTraits[]> {
  await pause(60);
  yield names.map((name) => ({
    name,
    hostName: name === 'nas' ? 'storage' : name,
    stateVersion: '24.11',
    role: 'server',
    uses: ['disko', 'sops-nix', 'home-manager'],
    files: [
      'flake.nix',
      `hosts/${name}/default.nix`,
      `hosts/${name}/disko.nix`,
      `hosts/${name}/hardware-configuration.nix`,
      'modules/common.nix',
      'modules/monitoring.nix',
      'profiles/server/default.nix',
      'users/sam.nix',
      'users/guests.nix',
    ],
    problem: null,
  }));
}

/** A long evaluation, in the middle. */
/** What the flake offers alone, so that it is the usual one: `?engine=deploy-rs`, else our own. */
const usualEngine = new URLSearchParams(location.search).get('engine') === 'deploy-rs' ? 'deploy-rs' : 'nix';

/** As on a computer with colmena, and with deploy-rs where that is the usual one, without the others. */
const engines: Engine[] = (['nix', 'colmena', 'nixos-rebuild', 'deploy-rs'] as const).map((name): Engine => {
  const standardBy = name === usualEngine ? 'flake' : null;
  const about = { name, guard: name === 'deploy-rs' ? 'own' : 'watchdog', standardBy } as const;
  if (name === 'nix') return { ...about, program: null, problem: null };
  if (name === 'colmena' || name === usualEngine) {
    const program = { path: `/run/current-system/sw/bin/${name}`, version: name === 'colmena' ? '0.5.0-pre' : '1.0' };
    return { ...about, program, problem: null };
  }
  return {
    ...about,
    program: null,
    problem: {
      code: 'engine-missing',
      title: `${name} is not here`,
      evidence: `${name === 'deploy-rs' ? 'deploy' : name} is not in PATH=/usr/bin:/bin`,
      advice: ['Deploy with the engine nix, which needs nothing else.'],
    },
  };
});

async function* evaluateSystems() {
  yield { done: 3, total: 9, problems: [] };
  await never;
}

async function* watchStatus(scenario: Scenario) {
  await pause(50);
  yield scenario.status;
  await never;
}

async function* once<T>(value: T) {
  yield value;
  await never;
}

/** A copy that goes on, so that moving parts can be seen moving. */
async function* watchJob(job: JobDetail) {
  yield { type: 'snapshot' as const, job };
  if (job.summary.endedAt !== null) return;
  const step = job.steps.find((each) => each.stage === 'copy' && each.state === 'running');
  for (let seq = job.nextSeq; step !== undefined && !new URLSearchParams(location.search).has('still'); seq += 1) {
    await pause(200);
    const done = Math.min(step.total, step.done + (seq - job.nextSeq + 1) * 2.3e6);
    yield {
      type: 'events' as const,
      summary: job.summary,
      events: [{ type: 'step' as const, seq, at: Date.now(), step: { ...step, done } }],
    };
  }
  await never;
}

async function* logChunks(lines: number) {
  let offset = 0;
  let text = LOG_TEXT;
  for (let line = 0; line < lines; line += 1) {
    text += `copying path '/nix/store/r8xg0w4b5n1m2k3l4j5h6g7f8d9s0a1p-package-${line}' to 'ssh-ng://root@10.0.20.11'...\n`;
    if (text.length > 64_000 || line === lines - 1) {
      yield { offset, nextOffset: offset + text.length, text, isEnd: false };
      offset += text.length;
      text = '';
    }
  }
  await never;
}

/** An export in the middle. `?export=long`: more than a window can save. */
async function* exportPieces(count: number, withLogs: boolean) {
  const isLong = new URLSearchParams(location.search).get('export') === 'long';
  const jobs = Math.floor(count / 3);
  yield { text: '', jobs, logBytes: withLogs ? 4.1e7 : 0, logBytesTotal: withLogs ? (isLong ? 1.7e9 : 1.2e8) : 0 };
  await never;
}

function nixMissing() {
  return refused({
    code: 'nix-missing',
    title: 'nix is not on this computer',
    evidence: '',
    advice: ['Install nix, so that the file can be evaluated.'],
  });
}
