import { open, realpath } from 'node:fs/promises';
import { nixSshOptions } from '../../nix/ssh-options.ts';
import { askpassOptions, type Secrets } from '../../ssh/askpass.ts';
import { configPathWithoutSpaces, type SshFiles } from '../../ssh/config.ts';
import { sshTarget, type SshTarget } from '../../ssh/target.ts';
import { generationOf, readNixosRebuildLine } from './nixos-rebuild-output.ts';
import { engineProblems } from './problems.ts';
import type { Tool } from './tool.ts';

/**
 * nixos-rebuild with --target-host, the shell script or its successor. It is told not to build itself anew from the fleet
 * first, which a fleet of other releases would not survive.
 */
export const nixosRebuild: Tool = {
  name: 'nixos-rebuild',
  guard: 'watchdog',
  programs: ['nixos-rebuild', 'nixos-rebuild-ng'],
  package: 'nixpkgs#nixos-rebuild-ng',
  identify: async (path) => {
    const real = await realpath(path);
    const generation = generationOf(real, await beginningOf(real));
    return { version: generation === 'ng' ? 'ng, in Python' : 'the shell script', generation };
  },
  sources: ['nixosConfigurations'],
  goals: ['switch', 'boot', 'test', 'build'],
  whyNot({ name, target, privilegeCommand }) {
    if (target === null || target.user === 'root' || privilegeCommand[0] === 'sudo') return null;
    return engineProblems.sudoOnly('nixos-rebuild', name, privilegeCommand);
  },
  // Its options of ssh are those of both machines.
  buildsAt: (place, { target, sshOptions }) =>
    typeof place === 'string' ||
    (sameWords(place.sshOptions, sshOptions) &&
      (place.target.port ?? 22) === (target?.port ?? place.target.port ?? 22)),
  // The script has sudo ask on the host's terminal, once for each command.
  takesPassword: (_host, { generation }) => generation === 'ng',
  question: /\[sudo\] password for [^\n]+?: /,
  command({ program, spec, host, files, needsSudo, secrets }) {
    const isScript = program.generation === 'bash';
    const target = host.target === null ? null : sshTarget(host.target, host.sshOptions);
    const place = target === null ? [] : remote(target);
    const [there] = place;
    const activates = spec.goal !== 'build' && there !== undefined;
    const builder = spec.buildHost === null ? null : sshTarget(spec.buildHost.target, spec.buildHost.sshOptions);
    const buildsOn = builder !== null ? remote(builder) : host.buildOnTarget ? place : [];
    const reached = target ?? builder;
    return {
      argv: [
        program.path,
        spec.goal,
        '--flake',
        `${spec.fleet.ref}#${host.name}`,
        isScript ? '--fast' : '--no-reexec',
        ...(activates ? ['--target-host', there] : []),
        ...buildsOn.flatMap((machine) => ['--build-host', machine]),
        ...(activates ? ['--use-substitutes', ...(isScript ? ['--no-ssh-tty'] : [])] : []),
        ...(activates && needsSudo ? [isScript ? '--use-remote-sudo' : '--sudo'] : []),
        ...(activates && needsSudo && secrets.sudoPassword !== undefined ? ['--ask-sudo-password'] : []),
      ],
      env: reached === null ? {} : sshEnvironment(reached, files, secrets),
      cwd: null,
    };
  },
  read: readNixosRebuildLine,
};

function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}

function remote({ user, host }: SshTarget): [string] {
  return [user === null ? host : `${user}@${host}`];
}

function sshEnvironment(target: SshTarget, files: SshFiles, secrets: Secrets): Record<string, string> {
  const words = ['-F', configPathWithoutSpaces(files), ...askpassOptions(secrets), ...portAndOptions(target)];
  return { NIX_SSHOPTS: nixSshOptions(words) };
}

function portAndOptions({ port, options }: SshTarget): string[] {
  return [...(port === null ? [] : [`-oPort=${port}`]), ...options];
}

/** The first bytes of a file: a script says there what runs it. */
async function beginningOf(path: string): Promise<string> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  return buffer.toString('latin1', 0, bytesRead);
}
