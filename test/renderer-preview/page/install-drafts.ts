import type { InstallStep } from '../../../shared/contract/install.ts';

export const INSTALL_STEPS: readonly InstallStep[] = [
  'find',
  'probe',
  'host',
  'disks',
  'secrets',
  'review',
  'rehearse',
  'gate',
  'install',
  'boot',
];
/** How an invented install goes. `disks`: with many of them. */
export const INSTALL_KINDS = ['plain', 'disks', 'failed', 'done'] as const;
export type InstallKind = (typeof INSTALL_KINDS)[number];

/** The address of the wizard at a step. There is one draft for each: its id begins with the kind and ends with the step. */
export function installHash(step: InstallStep, kind: InstallKind = 'plain'): string {
  return `#/machines/new/${INSTALL_KINDS.indexOf(kind)}00000000000000${INSTALL_STEPS.indexOf(step)}`;
}

/** The kind that a draft's id begins with. */
export function installKind(id: string): InstallKind {
  return INSTALL_KINDS[Number(id[0])] ?? 'plain';
}
