import { buildProcesses } from '../../build/processes.ts';

/** Before any test: the command line and the runner that they start are those of the sources as they are now. */
export default async function buildPrograms(): Promise<void> {
  await buildProcesses();
}
