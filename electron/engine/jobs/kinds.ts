import { deploySpec, executeDeploy } from '../deploy/job.ts';
import { jobKind, type JobKinds } from './kind.ts';

/** Every kind of job that the product has. */
export const kinds: JobKinds = { deploy: jobKind(deploySpec, executeDeploy) };
