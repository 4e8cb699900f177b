/**
 * A home network in a box, for tests and for people who have no machines to spare:
 *
 *     await using lab = await createLab({ name: 'deploy' });
 *     const [alpha] = await lab.up(['alpha', 'beta']);
 *     const { path } = await lab.fleet('factory');
 *     const shown = await lab.controller.exec([nodePath, commandLine, 'fleet', 'show', path]);
 *     await alpha.link('down');
 *
 * Programs under test run in `lab.controller`, where nix, git and ssh are and the hosts can be reached; `lab.folder` is
 * seen at the same path there and here. Hosts and controller are real Debian programs in namespaces of their own.
 */
export { labAvailability } from './availability.ts';
export { commandLine, nodePath, projectRoot } from './controller.ts';
export { fleetTemplates } from './fleet.ts';
export { foreignFleet } from './foreign-fleet.ts';
export { createLab, type Lab } from './lab.ts';
export type { LabHost } from './lab-host.ts';
export { openListeningSocket } from './listening-socket.ts';
export { relayPort } from './port-relay.ts';
export { enterRunningLab } from './running.ts';
export type { CommandResult } from './run-command.ts';
