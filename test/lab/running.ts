import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { controllerEnvironment } from './controller.ts';
import { enterMachine } from './enter-machine.ts';
import { hostEnvironment } from './lab-host.ts';
import { isOwned, ownerPid } from './lab-folder.ts';

/** A lab of any process of this computer, found by its folder. */
export interface RunningLab {
  /** Folder that its controller sees. */
  shared: string;
  machines: string;
  ownerPid: number;
}

/** Labs whose processes run, of this and of other processes. */
export function runningLabs(): RunningLab[] {
  const labs = join(cacheFolder(), 'labs');
  if (!existsSync(labs)) return [];
  return readdirSync(labs)
    .filter((entry) => entry.endsWith('.machines') && isOwned(join(labs, entry)))
    .map((entry) => {
      const machines = join(labs, entry);
      return { shared: machines.slice(0, -'.machines'.length), machines, ownerPid: ownerPid(machines) };
    });
}

/** The words before a command that run it on a machine of a running lab (`ctl` or a host); null: no such machine. */
export function enterLabMachine(lab: RunningLab, name: string, cwd?: string): string[] | null {
  try {
    const pid = Number(readFileSync(join(lab.machines, name, 'pid'), 'utf8'));
    const environment = name === 'ctl' ? controllerEnvironment(lab.shared) : hostEnvironment;
    return enterMachine(pid, environment, { cwd });
  } catch {
    return null;
  }
}

/**
 * The words before a command that run it in the controller of the lab that a folder belongs to; null where the folder
 * is in no running lab. `npm start` and `npm run cli` use this, so that a lab's fleet opens like any other.
 */
export function enterRunningLab(path: string): string[] | null {
  if (!existsSync(path)) return null;
  const real = realpathSync(path);
  const lab = runningLabs().find(({ shared }) => real === shared || real.startsWith(`${shared}/`));
  return lab === undefined ? null : enterLabMachine(lab, 'ctl', real);
}
