import { appContract } from './app.ts';
import { deployContract } from './deploy.ts';
import { disksContract } from './disks.ts';
import { doctorContract } from './doctor.ts';
import { fleetContract } from './fleet.ts';
import { jobContract } from './job.ts';
import { settingsContract } from './settings.ts';

/** The one contract that the window, the browser and the command line speak; the engine implements it. */
export const contract = {
  app: appContract,
  fleet: fleetContract,
  deploy: deployContract,
  job: jobContract,
  disks: disksContract,
  doctor: doctorContract,
  settings: settingsContract,
};
export type Contract = typeof contract;
