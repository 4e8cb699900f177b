import type { EngineGuard, EngineName, Goal } from '../../../../shared/contract/deploy.ts';
import type { FleetKind, Host } from '../../../../shared/contract/host.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import type { Secrets } from '../../ssh/askpass.ts';
import type { SshFiles } from '../../ssh/config.ts';
import type { DeployHost, DeploySpec, ToolProgram } from '../spec.ts';
import type { ReadToolLine } from './tool-line.ts';

/** Where a person wants systems built: on this computer, on each host, or on a machine that builds for all. */
export type BuildPlace = 'here' | 'target' | NonNullable<DeploySpec['buildHost']>;

export interface ToolRequest {
  readonly program: ToolProgram;
  readonly spec: DeploySpec;
  readonly host: DeployHost;
  readonly files: SshFiles;
  /** True where the user that it logs in as needs something to become root. */
  readonly needsSudo: boolean;
  /** What a person typed for the host. The program is told to ask for what it has to be given. */
  readonly secrets: Secrets;
}

/** A program as it is run, and shown. `env` holds no secret. */
export interface ToolCommand {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** null: the job's own folder, for a program that leaves links where it runs. */
  readonly cwd: string | null;
}

/** A program that deploys hosts of its own accord; one file each. */
export interface Tool {
  readonly name: Exclude<EngineName, 'nix'>;
  readonly guard: EngineGuard;
  /** Its names on PATH, the first that is there is taken. */
  readonly programs: readonly string[];
  /** What a person installs: `nixpkgs#colmena`. */
  readonly package: string;
  /** Asks the program what it is; null: it is something else of that name. */
  readonly identify: (path: string) => Promise<Omit<ToolProgram, 'path'> | null>;
  /** The declarations that it builds from, the most telling first. */
  readonly sources: readonly FleetKind[];
  readonly goals: readonly Goal[];
  /** Why it cannot deploy this host, beyond goal and declaration; null where it can. */
  readonly whyNot: (host: Host, program: ToolProgram) => Problem | null;
  /** False where it cannot be told to build a host's system there. */
  readonly buildsAt: (place: BuildPlace, host: Pick<Host, 'buildOnTarget' | 'target' | 'sshOptions'>) => boolean;
  /** True where it can be given the password that sudo on this host wants. */
  readonly takesPassword: (host: Host, program: ToolProgram) => boolean;
  /** Its question for that password; null: it asks nothing, and has no terminal. */
  readonly question: RegExp | null;
  readonly command: (request: ToolRequest) => ToolCommand;
  readonly read: ReadToolLine;
}
