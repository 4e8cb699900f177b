import type { Command, Stage } from '../../../../shared/contract/job.ts';
import type { SshFiles } from '../../ssh/config.ts';
import type { ActivateOptions } from '../activate.ts';
import type { Activation } from '../activation.ts';
import type { ActivationStatus } from '../activation-script.ts';
import type { DeployWork, Reached } from '../deploy-work.ts';
import type { EvaluatedSystem } from '../evaluate.ts';
import type { HostSteps } from '../host-steps.ts';
import type { Limit } from '../limits.ts';
import type { DeployHost, DeploySpec } from '../spec.ts';

/** A host that was reached and evaluated, as an engine is given it. */
export interface HostAtWork {
  readonly work: DeployWork;
  readonly host: DeployHost;
  readonly steps: HostSteps;
  readonly system: EvaluatedSystem;
  /** null where the goal needs no host. */
  readonly reached: Reached | null;
  /** Called when the next stage begins. */
  readonly onStage: (stage: Stage, note?: string) => void;
  /** Runs between building and copying, by engines that do both themselves. */
  readonly onBuilt: () => Promise<void>;
}

/** An activation to come, as an engine guards it that does everything in one run. */
export interface GuardedActivation {
  readonly record: Activation;
  /** Resolves when all is known that must be looked at before anything is changed. */
  ready(): Promise<void>;
  /** To be called when the target has armed its watchdog. */
  armed(): void;
}

/**
 * One host's way through one engine: build, copy, activate. Everything before (plan, evaluate) and after (confirm, verify)
 * is the same for all engines, since what a host is in is asked of the host alone.
 */
export interface Passage {
  /** How many hosts may be activated and confirmed at once; null: the program decides. */
  readonly limit: Limit | null;
  /** True where what it activates may be another system than the one that was evaluated. */
  readonly evaluatesItself: boolean;
  /**
   * Builds, and copies where the goal asks for it. An engine that does all in one run comes back when it activates.
   * @param activation null where the goal activates nothing
   * @throws ProblemError, with the host as it was
   */
  bring(activation: GuardedActivation | null): Promise<void>;
  /** Activates and waits for the end. @throws ProblemError `deploy-*`, `ssh-*`; the signal's reason */
  activate(activation: Activation, options: ActivateOptions): Promise<ActivationStatus>;
}

/** What brings systems to hosts. */
export interface DeployEngine {
  passage(at: HostAtWork): Passage;
  /** The exact commands for one host, before anything of it is run. @throws ProblemError `nix-missing`, `nix-unusable` */
  commands(spec: DeploySpec, host: DeployHost, files: SshFiles): Promise<Command[]>;
}
