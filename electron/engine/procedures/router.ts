import type { EngineParts } from '../parts.ts';
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
import { terminalProcedures } from './terminal.ts';

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
    settings: settingsProcedures(parts),
    terminal: terminalProcedures(parts),
  });
}
export type EngineRouter = ReturnType<typeof createRouter>;
