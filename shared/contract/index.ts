import { appContract } from './app.ts';
import { changeContract } from './change.ts';
import { createContract } from './create.ts';
import { deployContract } from './deploy.ts';
import { disksContract } from './disks.ts';
import { doctorContract } from './doctor.ts';
import { filesContract } from './files.ts';
import { fleetContract } from './fleet.ts';
import { gitContract } from './git.ts';
import { inputsContract } from './inputs.ts';
import { installContract } from './install.ts';
import { jobContract } from './job.ts';
import { machineContract } from './machine.ts';
import { optionsContract } from './options.ts';
import { selectionContract } from './selection.ts';
import { settingsContract } from './settings.ts';
import { terminalContract } from './terminal.ts';

/** The one contract that the window, the browser and the command line speak; the engine implements it. */
export const contract = {
  app: appContract,
  fleet: fleetContract,
  selection: selectionContract,
  create: createContract,
  change: changeContract,
  files: filesContract,
  options: optionsContract,
  git: gitContract,
  inputs: inputsContract,
  deploy: deployContract,
  job: jobContract,
  machine: machineContract,
  install: installContract,
  disks: disksContract,
  doctor: doctorContract,
  settings: settingsContract,
  terminal: terminalContract,
};
export type Contract = typeof contract;
