import { ProblemError } from '../../errors.ts';
import { findProgram } from '../../jobs/terminal.ts';
import { nixHost } from '../../nix/nix-program.ts';
import type { ToolProgram } from '../spec.ts';
import { engineProblems } from './problems.ts';
import type { Tool } from './tool.ts';

/**
 * Looks for a deploying program on PATH and asks it what it is.
 * @throws ProblemError `engine-nix-elsewhere`, `engine-missing`, `engine-other`
 */
export async function findTool(tool: Tool, env: NodeJS.ProcessEnv = process.env): Promise<ToolProgram> {
  const host = nixHost(env);
  if (host !== null) throw new ProblemError(engineProblems.nixElsewhere(tool.name, host));
  const path = tool.programs.map((name) => onPath(name, env)).find((found) => found !== null);
  if (path === undefined || path === null) {
    throw new ProblemError(engineProblems.missing(tool.name, tool.programs, env['PATH'] ?? '', tool.package));
  }
  const found = await tool.identify(path);
  if (found === null) throw new ProblemError(engineProblems.other(tool.name, path));
  return { path, ...found };
}

/** Where a program is on PATH; null: nowhere. */
export function onPath(name: string, env: NodeJS.ProcessEnv): string | null {
  try {
    return findProgram(name, '/', env['PATH'] ?? '');
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}
