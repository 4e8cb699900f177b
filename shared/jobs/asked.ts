import { deployOptions, type DeployOptions } from '../contract/deploy.ts';
import type { JobDetail } from '../contract/job.ts';

/** How a plan was wanted to be done; what is absent, the fleet says. */
export function askedOf({ spec }: Pick<JobDetail, 'spec'>): DeployOptions {
  const found = deployOptions.safeParse(spec['asked']);
  return found.success ? found.data : {};
}
