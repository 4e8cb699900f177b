import type { Jobs } from '../jobs/jobs.ts';
import { procedures, stream } from './base.ts';

/** `job.*`: jobs that run, wait or are over. */
export function jobProcedures(jobs: Jobs) {
  const { job } = procedures;
  return {
    list: job.list.handler(({ input }) => jobs.list(input)),
    ofHost: job.ofHost.handler(({ input }) => jobs.ofHost(input)),
    watchAll: job.watchAll.handler(({ signal }) => stream(jobs.watchAll(signal), signal)),
    estimateError: job.estimateError.handler(() => jobs.estimateError()),
    show: job.show.handler(({ input }) => jobs.show(input.id)),
    watch: job.watch.handler(({ input, signal }) => stream(jobs.watch(input.id, signal), signal)),
    log: job.log.handler(({ input, signal }) => stream(jobs.log(input, signal), signal)),
    export: job.export.handler(({ input, signal }) => stream(jobs.export(input, signal), signal)),
    cancel: job.cancel.handler(({ input }) => jobs.cancel(input.id)),
    answer: job.answer.handler(({ input }) => jobs.answer(input.id, input.promptId, input.answer)),
    decide: job.decide.handler(({ input }) => jobs.decide(input.id, input.host, input.decision)),
    limit: job.limit.handler(({ input }) => jobs.limit(input.id, input.limits)),
    resize: job.resize.handler(({ input }) => jobs.resize(input.id, input.columns, input.rows)),
  };
}
