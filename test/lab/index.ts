export { labAvailability, type LabAvailability } from './availability.ts';
export { nodePath, projectRoot } from './controller.ts';
export type { FleetTemplate } from './fleet.ts';
export { createLab, type FleetOptions, type Lab, type LabOptions } from './lab.ts';
export type { HostKey, HostOptions, LabHost } from './lab-host.ts';
export type { InsideOptions, Machine } from './machine.ts';
export type { LinkState } from './network-switch.ts';
export type { CommandOptions, CommandResult } from './run-command.ts';
