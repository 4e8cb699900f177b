import type { Problem } from '../../../shared/contract/problem.ts';
import type { HostChanges } from '../fleet/change/host-changes.ts';
import type { Fleets } from '../fleet/fleets.ts';
import type { OptionNames } from '../fleet/options/option-names.ts';
import type { Home } from '../home.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Installs } from '../install/installs.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { MachineMemory } from '../machines/memory.ts';
import type { SshFiles } from '../ssh/config.ts';
import type { Store } from '../store/open.ts';
import type { Surroundings } from '../surroundings.ts';
import { appProcedures } from './app.ts';
import { procedures } from './base.ts';
import { changeProcedures } from './change.ts';
import { createProcedures } from './create.ts';
import { deployProcedures } from './deploy.ts';
import { disksProcedures } from './disks.ts';
import { doctorProcedures } from './doctor.ts';
import { filesProcedures } from './files.ts';
import { fleetProcedures } from './fleet.ts';
import { gitProcedures } from './git.ts';
import { inputsProcedures } from './inputs.ts';
import { installProcedures } from './install.ts';
import { jobProcedures } from './job.ts';
import { machineProcedures } from './machine.ts';
import { optionsProcedures } from './options.ts';
import { selectionProcedures } from './selection.ts';
import { settingsProcedures } from './settings.ts';

/** The parts of the engine that procedures call. */
export interface EngineParts {
  readonly env: NodeJS.ProcessEnv;
  readonly surroundings: Surroundings;
  readonly home: Home;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly fleets: Fleets;
  readonly changes: HostChanges;
  readonly options: OptionNames;
  readonly inputs: Inputs;
  readonly files: SshFiles;
  readonly machines: MachineMemory;
  readonly installs: Installs;
  readonly notices: readonly Problem[];
}

/** The whole contract, implemented. */
export function createRouter(parts: EngineParts) {
  const { env, surroundings, home, store, jobs, fleets } = parts;
  return procedures.router({
    app: appProcedures(surroundings, home, parts.notices),
    fleet: fleetProcedures(fleets),
    selection: selectionProcedures(store),
    create: createProcedures(fleets, env),
    change: changeProcedures(parts.changes),
    files: filesProcedures(fleets),
    options: optionsProcedures(parts.options),
    git: gitProcedures(parts),
    inputs: inputsProcedures(parts),
    deploy: deployProcedures(parts),
    job: jobProcedures(jobs),
    machine: machineProcedures(parts),
    install: installProcedures(parts),
    disks: disksProcedures(fleets),
    doctor: doctorProcedures({ env, home, platform: process.platform }),
    settings: settingsProcedures(store),
  });
}
export type EngineRouter = ReturnType<typeof createRouter>;
