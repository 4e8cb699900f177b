import { realpath } from 'node:fs/promises';
import { onPath } from '../../electron/engine/deploy/engines/find-tool.ts';
import { createLab } from '../lab/index.ts';
import { realDeployer } from '../lab/real-tools.ts';
import { runCommand } from '../lab/run-command.ts';

/** A program of this computer, and what of this computer the lab's controller has to see to run it. */
export interface ProgramHere {
  readonly program: string;
  readonly sees: readonly string[];
}

/** Where nix keeps programs: what one needs lies beside it, and the lab's machines have a store of their own. */
const stored = /^\/nix\/store\/[^/]+/;

/** A program that deploys: of the folder that DEPLOYERS names, else the one on PATH. A string says why there is none. */
export async function programHere(name: string, env: NodeJS.ProcessEnv = process.env): Promise<ProgramHere | string> {
  const named = realDeployer(name);
  // The lab shows that folder by itself.
  if (named !== null) return { program: named.program, sees: [] };
  const found = onPath(name, env);
  if (found === null) return `no ${name} on PATH`;
  const program = await realpath(found);
  const [storePath] = stored.exec(program) ?? [];
  if (storePath === undefined) return { program, sees: [program] };
  const nixStore = onPath('nix-store', env) ?? 'nix-store';
  const asked = await runCommand([nixStore, '--query', '--requisites', storePath]).catch(String);
  if (typeof asked === 'string' || asked.exitCode !== 0) {
    const reason = typeof asked === 'string' ? asked : asked.stderr.trim();
    return `what ${program} needs is not known: ${reason}`;
  }
  return { program, sees: asked.stdout.split('\n').filter((path) => path !== '') };
}

/** Why it does not run in the lab's controller; null: it does. */
export async function whyNotInLab({ program, sees }: ProgramHere): Promise<string | null> {
  await using lab = await createLab({ name: 'program', sees });
  const { exitCode, stdout, stderr } = await lab.controller.exec([program, '--version'], { timeoutMs: 30_000 });
  return exitCode === 0 ? null : `${program} does not run in the lab: ${(stderr || stdout).trim()}`;
}
