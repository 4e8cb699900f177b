import { implement } from '@orpc/server';
import { contract } from '../../../shared/contract/index.ts';
import { jobSummary } from '../../../shared/contract/job.ts';
import type { JobSummary, LogChunk } from '../../../shared/contract/job.ts';
import type { Surroundings } from '../../../electron/engine/surroundings.ts';

/** What a test can see of the streams that a small engine runs. */
export interface StreamWitness {
  /** Values that a transport took so far. */
  taken: number;
  /** The log ended, however it ended. */
  readonly ended: Promise<void>;
  /** The list of jobs is not watched any more by one that watched it. */
  readonly watchAllEnded: Promise<void>;
}

/**
 * The contract with just enough behind it to test what carries it: facts about the app, settings that remember, an
 * endless log, jobs that never end, and errors foreseen and unforeseen. Everything else says that it is not there.
 */
export function createSmallEngine(surroundings: Partial<Surroundings> = {}, runningJobs = 0) {
  const base = implement(contract);
  const absent = (): never => {
    throw new Error('the small engine has no such thing');
  };
  const ended = Promise.withResolvers<void>();
  const watchAllEnded = Promise.withResolvers<void>();
  const witness: StreamWitness = { taken: 0, ended: ended.promise, watchAllEnded: watchAllEnded.promise };
  let theme: 'system' | 'light' | 'dark' = 'system';
  const settings = () => ({
    version: 1 as const,
    theme,
    hostView: 'table' as const,
    isJobDrawerOpen: false,
    statusIntervalSeconds: 60,
    notifiesOfJobs: false,
    watchdog: 'fleet' as const,
    nixHost: null,
  });
  const chunk = 'x'.repeat(64 * 1024);

  const router = base.router({
    app: {
      info: base.app.info.handler(() => ({
        version: '0.0.0-test',
        door: surroundings.door ?? 'browser',
        platform: process.platform,
        homeFolder: '/home/test',
        dataFolder: '/home/test/nixstead',
        canChooseFolder: surroundings.canChooseFolder ?? false,
        initialPath: surroundings.initialPath ?? null,
        notices: [...(surroundings.notices ?? [])],
      })),
      chooseFolder: base.app.chooseFolder.handler(() => surroundings.chooseFolder?.() ?? null),
      openExternal: base.app.openExternal.handler(({ input }) => surroundings.openExternal?.(input.url)),
    },
    fleet: {
      open: base.fleet.open.handler(absent),
      traits: base.fleet.traits.handler(absent),
      evaluateSystems: base.fleet.evaluateSystems.handler(absent),
      recent: base.fleet.recent.handler(absent),
      forget: base.fleet.forget.handler(({ errors }) => {
        throw errors.PROBLEM({
          data: { code: 'not-known', title: 'This fleet is not known', evidence: '', advice: ['Open it first.'] },
        });
      }),
      completePath: base.fleet.completePath.handler(() => []),
      watchStatus: base.fleet.watchStatus.handler(absent),
      refreshStatus: base.fleet.refreshStatus.handler(absent),
      check: base.fleet.check.handler(absent),
    },
    machine: {
      probe: base.machine.probe.handler(absent),
      discover: base.machine.discover.handler(absent),
      makeKey: base.machine.makeKey.handler(absent),
    },
    install: {
      drafts: base.install.drafts.handler(absent),
      create: base.install.create.handler(absent),
      draft: base.install.draft.handler(absent),
      change: base.install.change.handler(absent),
      discard: base.install.discard.handler(absent),
      review: base.install.review.handler(absent),
      check: base.install.check.handler(absent),
      checked: base.install.checked.handler(absent),
      protectedDisks: base.install.protectedDisks.handler(absent),
      usual: base.install.usual.handler(absent),
      login: base.install.login.handler(absent),
      rehearsable: base.install.rehearsable.handler(absent),
      rehearse: base.install.rehearse.handler(absent),
      start: base.install.start.handler(absent),
      resumable: base.install.resumable.handler(absent),
      resume: base.install.resume.handler(absent),
      adopt: base.install.adopt.handler(absent),
    },
    selection: {
      list: base.selection.list.handler(absent),
      save: base.selection.save.handler(absent),
      rename: base.selection.rename.handler(absent),
      remove: base.selection.remove.handler(absent),
    },
    disks: {
      list: base.disks.list.handler(absent),
      evaluate: base.disks.evaluate.handler(absent),
      evaluateHost: base.disks.evaluateHost.handler(absent),
    },
    create: {
      suggestFleet: base.create.suggestFleet.handler(absent),
      planFleet: base.create.planFleet.handler(absent),
      fleet: base.create.fleet.handler(absent),
      suggestHost: base.create.suggestHost.handler(absent),
    },
    change: {
      plan: base.change.plan.handler(absent),
      apply: base.change.apply.handler(absent),
      undo: base.change.undo.handler(absent),
    },
    files: {
      list: base.files.list.handler(absent),
      read: base.files.read.handler(absent),
      save: base.files.save.handler(absent),
      watch: base.files.watch.handler(absent),
    },
    options: {
      watch: base.options.watch.handler(absent),
      complete: base.options.complete.handler(absent),
      describe: base.options.describe.handler(absent),
    },
    git: {
      state: base.git.state.handler(absent),
      committed: base.git.committed.handler(absent),
      track: base.git.track.handler(absent),
      stage: base.git.stage.handler(absent),
      unstage: base.git.unstage.handler(absent),
      commit: base.git.commit.handler(absent),
      discard: base.git.discard.handler(absent),
      restore: base.git.restore.handler(absent),
      branches: base.git.branches.handler(absent),
      switchBranch: base.git.switchBranch.handler(absent),
      createBranch: base.git.createBranch.handler(absent),
      abortOperation: base.git.abortOperation.handler(absent),
      planPull: base.git.planPull.handler(absent),
      sync: base.git.sync.handler(absent),
    },
    inputs: {
      list: base.inputs.list.handler(absent),
      planEdit: base.inputs.planEdit.handler(absent),
      try: base.inputs.try.handler(absent),
      proposals: base.inputs.proposals.handler(absent),
      accept: base.inputs.accept.handler(absent),
      discard: base.inputs.discard.handler(absent),
      compare: base.inputs.compare.handler(absent),
    },
    deploy: {
      engines: base.deploy.engines.handler(absent),
      waves: base.deploy.waves.handler(absent),
      editWaves: base.deploy.editWaves.handler(absent),
      checks: base.deploy.checks.handler(absent),
      editCheck: base.deploy.editCheck.handler(absent),
      editWatchdog: base.deploy.editWatchdog.handler(absent),
      preview: base.deploy.preview.handler(absent),
      start: base.deploy.start.handler(absent),
      rollback: base.deploy.rollback.handler(absent),
      waysBack: base.deploy.waysBack.handler(absent),
      previewRollback: base.deploy.previewRollback.handler(absent),
      generations: base.deploy.generations.handler(absent),
      compareGenerations: base.deploy.compareGenerations.handler(absent),
      health: base.deploy.health.handler(absent),
      protectGeneration: base.deploy.protectGeneration.handler(absent),
      generationRoom: base.deploy.generationRoom.handler(absent),
      deleteGenerations: base.deploy.deleteGenerations.handler(absent),
      retryFailed: base.deploy.retryFailed.handler(absent),
    },
    job: {
      list: base.job.list.handler(() => []),
      ofHost: base.job.ofHost.handler(() => []),
      estimateError: base.job.estimateError.handler(() => null),
      watchAll: base.job.watchAll.handler(async function* ({ signal }) {
        yield Array.from({ length: runningJobs }, (_, number) => runningJob(number));
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
        watchAllEnded.resolve();
      }),
      show: base.job.show.handler(absent),
      watch: base.job.watch.handler(absent),
      /** Never ends by itself. */
      log: base.job.log.handler(async function* (): AsyncGenerator<LogChunk> {
        try {
          for (let offset = 0; ; offset += chunk.length) {
            witness.taken += 1;
            yield { offset, nextOffset: offset + chunk.length, text: chunk, isEnd: false };
          }
        } finally {
          ended.resolve();
        }
      }),
      export: base.job.export.handler(absent),
      cancel: base.job.cancel.handler(absent),
      answer: base.job.answer.handler(() => undefined),
      decide: base.job.decide.handler(absent),
      limit: base.job.limit.handler(absent),
      resize: base.job.resize.handler(absent),
    },
    terminal: {
      open: base.terminal.open.handler(absent),
      write: base.terminal.write.handler(absent),
      resize: base.terminal.resize.handler(absent),
      drawn: base.terminal.drawn.handler(absent),
    },
    doctor: { check: base.doctor.check.handler(() => []) },
    settings: {
      get: base.settings.get.handler(settings),
      tryNixHost: base.settings.tryNixHost.handler(absent),
      set: base.settings.set.handler(({ input }) => {
        theme = input.theme ?? theme;
        return settings();
      }),
    },
  });
  return { router, witness };
}

function runningJob(number: number): JobSummary {
  return jobSummary.parse({
    id: `20261121-03150${number}-a1b2c3`,
    kind: 'deploy',
    title: 'Deploy',
    fleetId: null,
    hosts: [],
    state: 'running',
    queuedAt: 0,
    startedAt: 0,
    endedAt: null,
    waitingFor: null,
    stepsDone: 0,
    stepsTotal: 1,
    estimatedMsLeft: null,
    pendingPrompt: null,
  });
}
