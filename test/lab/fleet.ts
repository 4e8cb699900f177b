import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Machine } from './machine.ts';
import { putRealActivate, putRealDisko } from './real-tools.ts';

/** Folders below `fleets`: what a home fleet may look like. */
export const fleetTemplates = ['factory', 'plain', 'colmena', 'deploy-rs'] as const;
export type FleetTemplate = (typeof fleetTemplates)[number];

/** A machine as it is written into a fleet. */
export interface FleetHost {
  name: string;
  address: string;
  user: 'root' | 'admin';
  tags: readonly string[];
  /** Nix text inside the machine's module, for example `services.nginx.enable = true;`. */
  config: string;
}

/** Inputs that the lab has a stand-in for; everything else in a flake must be a path that is there. */
const standIns: Readonly<Record<string, string>> = {
  nixpkgs: 'pocket',
  'nixpkgs-unstable': 'pocket',
  'nixpkgs-stable': 'pocket',
  colmena: 'colmena',
  'deploy-rs': 'deploy-rs',
  disko: 'disko',
  'sops-nix': 'sops-nix',
  'home-manager': 'home-manager',
  'nixos-hardware': 'nixos-hardware',
};

/** Copies the stand-ins to a lab, where locks point to them: a running lab does not mind changes in the project. */
export async function copyStandIns(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(join(import.meta.dirname, 'pocket'), join(folder, 'pocket'), { recursive: true });
  await cp(join(import.meta.dirname, 'inputs'), folder, { recursive: true });
  await putRealActivate(join(folder, 'deploy-rs'));
  await putRealDisko(join(folder, 'disko'));
}

function fillIn(text: string, host: FleetHost): string {
  const tags = host.tags.map((tag) => JSON.stringify(tag)).join(' ');
  return text
    .replaceAll('@name@', host.name)
    .replaceAll('@address@', host.address)
    .replaceAll('@user@', host.user)
    .replaceAll('[ @tags@ ]', tags === '' ? '[ ]' : `[ ${tags} ]`)
    .replace(/^( *)@config@\n/gm, (_, indent: string) =>
      host.config.replace(/^(?=.)/gm, indent).replace(/(?<=.)$/, '\n'),
    );
}

/** Lines between `#@each` and `#@end` are written once per host. */
function repeat(text: string, hosts: readonly FleetHost[]): string {
  return text.replace(/^ *#@each\n([^]*?)^ *#@end\n/gm, (_, block: string) =>
    hosts.map((host) => fillIn(block, host)).join(''),
  );
}

/** Writes a template's files; the folder `@name@` is written once per host. */
export async function writeFleet(path: string, template: FleetTemplate, hosts: readonly FleetHost[]): Promise<void> {
  const source = join(import.meta.dirname, 'fleets', template);
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const inside = from.slice(source.length + 1);
    const text = repeat(await readFile(from, 'utf8'), hosts);
    const copies = inside.includes('@name@')
      ? hosts.map((host) => ({ to: inside.replace('@name@', host.name), content: fillIn(text, host) }))
      : [{ to: inside, content: text }];
    for (const { to, content } of copies) {
      await mkdir(join(path, to, '..'), { recursive: true });
      await writeFile(join(path, to), content);
    }
  }
}

/** Runs a program in the controller and throws where it fails. */
async function must(controller: Machine, cwd: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await controller.exec(argv, { cwd });
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} in ${cwd} ended with ${exitCode}\n${stderr}`);
  return stdout;
}

/**
 * Locks a flake so that its inputs stay the references its owner wrote and point to the stand-ins. After that plain
 * nix commands work without a network.
 */
export async function lockFleet(controller: Machine, path: string, standInFolder: string): Promise<void> {
  const expression = 'builtins.attrNames ((import ./flake.nix).inputs or { })';
  const answer = await must(controller, path, 'nix', 'eval', '--impure', '--json', '--expr', expression);
  const overrides = z
    .array(z.string())
    .parse(JSON.parse(answer))
    .flatMap((input) => {
      const standIn = standIns[input];
      return standIn === undefined ? [] : ['--override-input', input, `path:${join(standInFolder, standIn)}`];
    });
  await must(controller, path, 'nix', 'flake', 'lock', ...overrides);
}

/** Makes a folder a git repository with everything in it committed, the lock included. */
export async function commitFleet(controller: Machine, path: string, standInFolder: string): Promise<void> {
  await must(controller, path, 'git', 'init', '--quiet');
  await must(controller, path, 'git', 'add', '--all');
  await lockFleet(controller, path, standInFolder);
  await must(controller, path, 'git', 'add', '--all');
  await must(controller, path, 'git', 'commit', '--quiet', '--message', 'All machines');
}
