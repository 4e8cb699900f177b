import type { JobKinds } from './kind.ts';

/** Every kind of job that the product has. */
export const kinds: JobKinds = {};
