import { deployAddresses, deployTitle, hostsToRetry, planDeploy } from '../deploy/plan.ts';
import { previewDeploy } from '../deploy/preview.ts';
import type { DeployRequest } from '../../../shared/contract/deploy.ts';
import { goal } from '../../../shared/contract/deploy.ts';
import type { JobId } from '../../../shared/contract/ids.ts';
import { ProblemError } from '../errors.ts';
import { procedures } from './base.ts';
import type { EngineParts } from './router.ts';

/** `deploy.*`: plans and starts deploys. */
export function deployProcedures({
  fleets,
  jobs,
  home,
  files,
}: Pick<EngineParts, 'fleets' | 'jobs' | 'home' | 'files'>) {
  const plan = async (request: DeployRequest) => planDeploy(await fleets.view(request.fleetId), request, home.ssh);
  const start = async (request: DeployRequest): Promise<{ jobId: JobId }> => {
    const spec = await plan(request);
    const jobId = await jobs.queue({
      kind: 'deploy',
      spec,
      title: deployTitle(spec),
      fleetId: request.fleetId,
      hosts: spec.hosts.map(({ name }) => name),
      addresses: deployAddresses(spec),
    });
    return { jobId };
  };
  return {
    preview: procedures.deploy.preview.handler(async ({ input }) => previewDeploy(await plan(input), files)),
    start: procedures.deploy.start.handler(({ input }) => start(input)),
    retryFailed: procedures.deploy.retryFailed.handler(async ({ input }) => {
      const { summary, outcomes, spec } = await jobs.show(input.id);
      const hosts = hostsToRetry(summary.hosts, outcomes);
      if (summary.fleetId === null || hosts.length === 0) throw nothingToRetry(summary.title);
      return start({ fleetId: summary.fleetId, hosts, goal: goal.parse(spec['goal']) });
    }),
  };
}

function nothingToRetry(title: string): ProblemError {
  return new ProblemError({
    code: 'deploy-nothing-to-retry',
    title: 'Every host of this job is as it was asked for',
    evidence: title,
    advice: ['Deploy the fleet anew to bring later changes to the hosts.'],
  });
}
