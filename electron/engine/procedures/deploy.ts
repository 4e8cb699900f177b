import { isDeployableName } from '../../../shared/fleet/host-name.ts';
import { procedures } from './base.ts';
import type { EngineParts } from './router.ts';

/** `deploy.*`: plans and starts deploys. */
export function deployProcedures(_parts: EngineParts) {
  const notYet = (): never => {
    throw new Error('deploy is not wired yet');
  };
  void isDeployableName;
  return {
    preview: procedures.deploy.preview.handler(notYet),
    start: procedures.deploy.start.handler(notYet),
    retryFailed: procedures.deploy.retryFailed.handler(notYet),
  };
}
