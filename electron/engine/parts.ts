import type { Problem } from '../../shared/contract/problem.ts';
import type { SudoPasswords } from './deploy/sudo-passwords.ts';
import type { HostChanges } from './fleet/change/host-changes.ts';
import type { Fleets } from './fleet/fleets.ts';
import type { OptionNames } from './fleet/options/option-names.ts';
import type { Home } from './home.ts';
import type { Inputs } from './inputs/inputs.ts';
import type { Installs } from './install/installs.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { NixHostChoice } from './nix-host/choice.ts';
import type { MachineMemory } from './machines/memory.ts';
import type { SshFiles } from './ssh/config.ts';
import type { Store } from './store/open.ts';
import type { Surroundings } from './surroundings.ts';
import type { Terminals } from './terminals/terminals.ts';

/** The parts of the engine that procedures call. */
export interface EngineParts {
  readonly env: NodeJS.ProcessEnv;
  readonly surroundings: Surroundings;
  readonly home: Home;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly fleets: Fleets;
  readonly changes: HostChanges;
  readonly options: OptionNames;
  readonly inputs: Inputs;
  readonly files: SshFiles;
  readonly machines: MachineMemory;
  readonly installs: Installs;
  readonly terminals: Terminals;
  readonly sudoPasswords: SudoPasswords;
  readonly nixHost: NixHostChoice;
  readonly notices: readonly Problem[];
}
