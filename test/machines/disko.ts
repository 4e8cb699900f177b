import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { diskoPath, libraryPath, missingForLayouts } from '../../build/checks/machine-needs.ts';
import { labAvailability, type LabAvailability } from '../lab/availability.ts';
import { mustRun } from '../lab/run-command.ts';

const scripts = z.object({ destroy: z.string(), create: z.string(), mount: z.string(), unmount: z.string() });

/** Whether layouts can be tried with disko's own scripts, else the reason in a sentence. */
export async function diskoAvailability(): Promise<LabAvailability> {
  const reason = missingForLayouts();
  // The machine's image is made from the lab's Debian tree.
  return reason === null ? labAvailability() : { available: false, reason };
}

/**
 * The scripts of the real disko for layouts, in their order.
 * @param layouts files of Nix; they are evaluated, nothing is built
 */
export async function diskoScripts(layouts: readonly string[]): Promise<z.infer<typeof scripts>[]> {
  const text = await mustRun([
    ...['nix-instantiate', '--eval', '--strict', '--json', '--readonly-mode'],
    join(import.meta.dirname, 'disko-scripts.nix'),
    ...['--arg', 'files', `[ ${layouts.join(' ')} ]`],
    ...['--arg', 'diskoPath', diskoPath, '--arg', 'libPath', libraryPath],
  ]);
  return z.array(scripts).parse(JSON.parse(text));
}

/** The same for one layout, with the programs of disko's own that they call, as files for a machine. */
export async function diskoFiles(layout: string): Promise<Record<string, string>> {
  const [found] = await diskoScripts([layout]);
  const own = join(diskoPath, 'disk-deactivate');
  const files = new Map<string, string>();
  for (const [name, script] of Object.entries(found ?? {})) {
    files.set(`${name}.sh`, script.replaceAll(/\/nix\/store\/\S+\/disk-deactivate /g, '/lab/work/disk-deactivate '));
  }
  for (const name of readdirSync(own)) files.set(name, readFileSync(join(own, name), 'utf8'));
  return Object.fromEntries(files);
}
