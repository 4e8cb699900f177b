import { ProblemError } from '../../../electron/engine/errors.ts';
import { followShell } from '../../../electron/engine/shell-line.ts';
import { createSmallEngine } from './small-engine.ts';

// The small engine as a utility process. The environment says what happens in it.
followShell({
  parentPort: process.parentPort,
  env: process.env,
  exit: (code) => process.exit(code),
  createEngine: async ({ env, surroundings }) => {
    if (env['SMALL_ENGINE'] === 'cannot-start') {
      throw new ProblemError({
        code: 'database-newer',
        title: 'The database is of a newer Nixstead',
        evidence: 'version 99',
        advice: ['Install the newer one.'],
      });
    }
    if (env['SMALL_ENGINE'] === 'crashes') process.exit(3);
    const { router } = createSmallEngine(surroundings, env['SMALL_ENGINE'] === 'busy' ? 2 : 0);
    return { router, [Symbol.asyncDispose]: async () => undefined };
  },
});
