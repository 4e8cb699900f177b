import { join } from 'node:path';
import type { Problem } from '../../shared/contract/problem.ts';
import { afterDeploys } from './deploy/after-deploys.ts';
import { confirmBoots } from './deploy/reboot/confirm-boots.ts';
import { SudoPasswords } from './deploy/sudo-passwords.ts';
import { HostChanges } from './fleet/change/host-changes.ts';
import { Fleets } from './fleet/fleets.ts';
import { nixEvaluator } from './fleet/evaluator.ts';
import { OptionNames } from './fleet/options/option-names.ts';
import { MemoryHistory } from './fleet/memory-history.ts';
import { fetchWithNix } from './fleet/remote-flake.ts';
import { askOverSsh } from './fleet/status/ask.ts';
import { openHome } from './home.ts';
import { withHomebrew } from './homebrew.ts';
import { Inputs } from './inputs/inputs.ts';
import { Installs } from './install/installs.ts';
import { createJobs } from './jobs/jobs.ts';
import { MachineMemory } from './machines/memory.ts';
import { NixHostChoice } from './nix-host/choice.ts';
import { createRouter, type EngineRouter } from './procedures/router.ts';
import { configPathWithoutSpaces, prepareSshFiles } from './ssh/config.ts';
import { openStore } from './store/open.ts';
import type { Surroundings } from './surroundings.ts';
import { Terminals } from './terminals/terminals.ts';

export interface EngineOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly surroundings: Surroundings;
}

/** The engine of one door. `router` implements the contract; disposing ends everything but running jobs. */
export interface Engine extends AsyncDisposable {
  readonly router: EngineRouter;
  /** What went wrong while starting and was survived. */
  readonly notices: readonly Problem[];
}

/**
 * Opens the data folder and everything in it.
 * @throws ProblemError where the data folder or the database cannot be used; nothing is left open then
 */
export async function createEngine({ env, surroundings }: EngineOptions): Promise<Engine> {
  await using resources = new AsyncDisposableStack();
  if (process.platform === 'darwin') process.env['PATH'] = withHomebrew(process.env['PATH'] ?? '');
  const home = openHome(env);
  const { store, notices } = openStore(home);
  resources.use(store);
  const files = prepareSshFiles(home.ssh);
  const nixHost = new NixHostChoice(process.env);
  nixHost.use(store.settings.get().nixHost);
  const jobs = resources.use(createJobs({ home, store, followUps: afterDeploys(home.jobs) }));
  const now = Date.now;
  const memory = new MemoryHistory(home.cache);
  const fetchFlake = fetchWithNix(() => configPathWithoutSpaces(files), home.cache);
  const fleets = resources.use(
    new Fleets({
      store,
      jobs,
      now,
      fetchFlake,
      evaluatorOf: nixEvaluator,
      memory,
      ask: askOverSsh(files),
      onSeen: confirmBoots({ jobs, sshFolder: files.folder, asksNobody: surroundings.door === 'cli' }),
    }),
  );
  const options = resources.use(new OptionNames({ fleets, fetchFlake, evaluatorOf: nixEvaluator, cache: home.cache }));
  const inputs = resources.use(new Inputs({ home, jobs, fleets, now }));
  const machines = new MachineMemory();
  const installs = resources.use(new Installs({ env, home, store, jobs, fleets, files, machines, now }));
  const terminals = resources.use(new Terminals(home.root));
  const sudoPasswords = resources.use(new SudoPasswords());
  const scratch = join(home.cache, 'changes');
  const changes = new HostChanges({ fleets, memory, scratch, evaluatorOf: nixEvaluator });
  const parts = {
    env,
    surroundings,
    home,
    store,
    jobs,
    fleets,
    changes,
    options,
    inputs,
    files,
    machines,
    installs,
    terminals,
    sudoPasswords,
    nixHost,
    notices,
  };
  const router = createRouter(parts);
  const owned = resources.move();
  return { router, notices, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
