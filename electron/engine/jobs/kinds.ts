import { deploySpec, executeDeploy } from '../deploy/job.ts';
import { executeGenerations, generationsSpec } from '../generations/job.ts';
import { executeGit, gitSpec } from '../git/job.ts';
import { executeInputs, inputsSpec } from '../inputs/job.ts';
import { executeInstall, installSpec } from '../install/job.ts';
import { jobKind, type JobKinds } from './kind.ts';

/** Every kind of job that the product has. */
export const kinds: JobKinds = {
  deploy: jobKind(deploySpec, executeDeploy),
  inputs: jobKind(inputsSpec, executeInputs),
  generations: jobKind(generationsSpec, executeGenerations),
  git: jobKind(gitSpec, executeGit),
  install: jobKind(installSpec, executeInstall),
};
