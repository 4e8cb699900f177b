import { implement } from '@orpc/server';
import { contract } from '../../../shared/contract/index.ts';
import type { LogChunk } from '../../../shared/contract/job.ts';
import type { Surroundings } from '../../../electron/engine/surroundings.ts';

/** What a test can see of the streams that a small engine runs. */
export interface StreamWitness {
  /** Values that a transport took so far. */
  taken: number;
  /** Streams that ended, however they ended. */
  readonly ended: Promise<void>;
}

/**
 * The contract with just enough behind it to test what carries it: facts about the app, settings that remember, an
 * endless log, a stream of numbers, and errors foreseen and unforeseen. Everything else says that it is not there.
 */
export function createSmallEngine(surroundings: Partial<Surroundings> = {}) {
  const base = implement(contract);
  const absent = (): never => {
    throw new Error('the small engine has no such thing');
  };
  const ended = Promise.withResolvers<void>();
  const witness: StreamWitness = { taken: 0, ended: ended.promise };
  let theme: 'system' | 'light' | 'dark' = 'system';
  const settings = () => ({
    version: 1 as const,
    theme,
    hostView: 'table' as const,
    isJobDrawerOpen: false,
    statusIntervalSeconds: 60,
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
        notices: [],
      })),
      chooseFolder: base.app.chooseFolder.handler(() => surroundings.chooseFolder?.() ?? null),
      openExternal: base.app.openExternal.handler(({ input }) => surroundings.openExternal?.(input.url)),
    },
    fleet: {
      open: base.fleet.open.handler(absent),
      recent: base.fleet.recent.handler(absent),
      forget: base.fleet.forget.handler(({ errors }) => {
        throw errors.PROBLEM({
          data: { code: 'not-known', title: 'This fleet is not known', evidence: '', advice: ['Open it first.'] },
        });
      }),
      completePath: base.fleet.completePath.handler(() => []),
      watchStatus: base.fleet.watchStatus.handler(absent),
      refreshStatus: base.fleet.refreshStatus.handler(absent),
    },
    deploy: {
      preview: base.deploy.preview.handler(absent),
      start: base.deploy.start.handler(absent),
      retryFailed: base.deploy.retryFailed.handler(absent),
    },
    job: {
      list: base.job.list.handler(() => []),
      watchAll: base.job.watchAll.handler(async function* ({ signal }) {
        yield [];
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
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
      cancel: base.job.cancel.handler(absent),
      answer: base.job.answer.handler(() => undefined),
      resize: base.job.resize.handler(absent),
    },
    doctor: { check: base.doctor.check.handler(() => []) },
    settings: {
      get: base.settings.get.handler(settings),
      set: base.settings.set.handler(({ input }) => {
        theme = input.theme ?? theme;
        return settings();
      }),
    },
  });
  return { router, witness };
}
