import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ProblemError } from './errors.ts';

/**
 * The Node that runs jobs. Under plain Node it is the one that runs us. Electron cannot be that program, since its
 * RunAsNode fuse is off, so a Node lies beside the packaged app as `resources/node/` (`node.exe` on Windows).
 * @throws ProblemError `node-missing` where the package lacks it
 */
export function nodeExecutable(): string {
  if (!process.versions['electron']) return process.execPath;
  // From source the app runs under Electron too; then npm's Node tells where it is.
  const candidates = [
    process.env['NIXSTEAD_NODE'],
    join(resourcesFolder(), 'node', process.platform === 'win32' ? 'node.exe' : 'node'),
  ];
  const found = candidates.find((candidate) => candidate && existsSync(candidate));
  if (found) return found;
  throw new ProblemError({
    code: 'node-missing',
    title: 'The Node program that runs jobs is missing from this installation',
    evidence: candidates.filter(Boolean).join('\n'),
    advice: ['Install Nixstead again: its package is incomplete.'],
  });
}

/**
 * The program that a job's process runs. From source it is `jobs/runner.ts`. A build makes of it one file, `runner.js`,
 * beside the engine's; in a package it lies in `resources/runner/`, since a plain Node cannot read inside app.asar.
 */
export function runnerProgram(): string {
  return ownProgram('jobs/runner.ts', 'runner.js');
}

/** The program that stands for nix where nix runs on another machine; it lies beside the runner's. */
export function nixHostProgram(): string {
  return ownProgram('nix-host/main.ts', 'nix-host.js');
}

function ownProgram(source: string, built: string): string {
  if (extname(import.meta.filename) === '.ts') return join(import.meta.dirname, source);
  if (process.versions['electron'] && import.meta.dirname.includes('app.asar')) {
    return join(resourcesFolder(), 'runner', built);
  }
  return join(import.meta.dirname, built);
}

/** Electron's folder of the app's resources. */
function resourcesFolder(): string {
  // Typed by Electron alone, which this file must not import.
  const folder: unknown = Reflect.get(process, 'resourcesPath');
  return typeof folder === 'string' ? folder : '';
}
