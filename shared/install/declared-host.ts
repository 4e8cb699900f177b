import type { ChangePlan } from '../contract/change.ts';
import type { NewHostRequest } from '../contract/create.ts';
import type { Host } from '../contract/host.ts';
import type { Declaration } from '../contract/install.ts';
import { isPlainHost } from '../fleet/change/model.ts';

/** A new host as one like `model` is declared: where nothing says where those answer, it has no place for that. */
export function hostLike(model: Host, host: NewHostRequest): NewHostRequest {
  return isPlainHost(model) ? { ...host, address: null, user: null, port: null } : host;
}

/** What a plan to add a host for an install comes to; null where it is left to a person, or there is none. */
export function declarationOf(plan: ChangePlan | null, like: Host): Declaration | null {
  if (plan?.state !== 'ready' || plan.module === null) return null;
  const files = plan.files.flatMap(({ path, before, after }) => (after === null ? [] : [{ path, before, after }]));
  return { like: like.name, module: plan.module, files };
}
