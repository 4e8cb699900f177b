import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { AppInfo } from '../../shared/contract/app.ts';
import type { RollbackTarget } from '../../shared/contract/generation.ts';
import type { HostName, JobId } from '../../shared/contract/ids.ts';
import type { Decision } from '../../shared/contract/job.ts';
import { ChangeManager } from '../change/change-manager.svelte.ts';
import { CheckManager } from '../check/check-manager.svelte.ts';
import { FilesManager } from '../files/files-manager.svelte.ts';
import { GitManager } from '../files/git-manager.svelte.ts';
import { OptionNamesManager } from '../files/option-names-manager.svelte.ts';
import { FleetManager } from '../fleet/fleet-manager.svelte.ts';
import { HostTraitsManager } from '../fleet/host-traits-manager.svelte.ts';
import { SavedSelectionsManager } from '../fleet/saved-selections.svelte.ts';
import { HostStatusManager } from '../fleet/host-status-manager.svelte.ts';
import { SelectionManager } from '../fleet/selection-manager.svelte.ts';
import { InputsManager } from '../inputs/inputs-manager.svelte.ts';
import { JobsManager } from '../jobs/jobs-manager.svelte.ts';
import { ToastManager } from '../ui/toast-manager.svelte.ts';
import { asProblem } from './as-problem.ts';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';
import { ConnectionManager } from './connection-manager.svelte.ts';
import { Router } from './router.svelte.ts';
import { SettingsManager } from './settings-manager.svelte.ts';

/** Everything that the window knows, put together once; each part minds its own matter. */
export class AppState {
  readonly client: Client;
  readonly connection: ConnectionManager;
  readonly router = new Router();
  readonly toasts = new ToastManager();
  readonly settings: SettingsManager;
  readonly fleet: FleetManager;
  readonly status: HostStatusManager;
  readonly traits: HostTraitsManager;
  readonly saved: SavedSelectionsManager;
  readonly selection = new SelectionManager();
  readonly jobs: JobsManager;
  readonly git: GitManager;
  readonly files: FilesManager;
  readonly options: OptionNamesManager;
  readonly check: CheckManager;
  readonly change: ChangeManager;
  readonly inputs: InputsManager;

  /** What the engine says about itself; null until it has answered. */
  info = $state.raw<AppInfo | null>(null);
  /** True while the engine's first answer is longer in coming than it ever should be. */
  isAnswerLate = $state(false);
  /** The hosts that the deploy dialog is open for; null while it is closed. */
  deploying = $state.raw<readonly HostName[] | null>(null);
  /** The hosts that the dialog for going back is open for, and to what; null while it is closed. */
  goingBack = $state.raw<{ hosts: readonly HostName[]; to: RollbackTarget } | null>(null);
  /** The hosts whose old generations are to be deleted; null while that dialog is closed. */
  cleaning = $state.raw<readonly HostName[] | null>(null);
  /** Hosts of the job that is shown which go back by themselves unless somebody decides otherwise; null without any. */
  guarding = $state.raw<{ hosts: readonly HostName[]; decide: (decision: Decision) => void } | null>(null);
  /** The editor of the fleet's waves; afterwards the deploy dialog for these hosts comes back. null: it is closed. */
  editingWaves = $state.raw<{ thenDeploy: readonly HostName[] | null } | null>(null);
  /** The install to whose machine a terminal is open; null: none is. */
  terminal = $state.raw<{ jobId: JobId; host: HostName } | null>(null);
  isPaletteOpen = $state(false);
  isShowingSelections = $state(false);
  isCreatingFleet = $state(false);
  isAddingHost = $state(false);
  /** Questions of jobs that were put aside without an answer; their jobs still wait. */
  readonly putAside = new SvelteSet<string>();

  constructor(connection: Connection) {
    this.client = connection.client;
    this.connection = new ConnectionManager(connection);
    this.settings = new SettingsManager(connection, this.complain);
    this.fleet = new FleetManager(connection);
    this.status = new HostStatusManager(connection);
    this.traits = new HostTraitsManager(connection.client);
    this.saved = new SavedSelectionsManager(connection.client, this.complain);
    this.jobs = new JobsManager(connection, this.complain);
    this.git = new GitManager(connection.client);
    this.files = new FilesManager(connection.client);
    this.options = new OptionNamesManager({ client: connection.client, follow: this.connection.follow });
    this.check = new CheckManager(connection.client);
    this.inputs = new InputsManager(connection.client);
    this.change = new ChangeManager({
      client: connection.client,
      toasts: this.toasts,
      complain: this.complain,
      onWritten: (changesFleet) => void this.#readAgain(changesFleet),
    });
    connection.onOpenRequest((path) => void this.openFleet(path));
  }

  /** Shows an error that no part of a page is responsible for. */
  readonly complain = (error: unknown): void => {
    const problem = asProblem(error);
    this.toasts.show('bad', problem.title, problem.advice[0] ?? problem.evidence);
  };

  /** The first questions to the engine, then the fleet that was named at the start or shown before a reload. */
  async start(): Promise<void> {
    const late = setTimeout(() => (this.isAnswerLate = true), firstAnswerLimitMs);
    try {
      const [info] = await Promise.all([this.client.app.info(), this.settings.load()]);
      this.info = info;
      clearTimeout(late);
      this.isAnswerLate = false;
      const path = FleetManager.remembered() ?? info.initialPath;
      if (path !== null && this.fleet.fleet === null) await this.fleet.open(path);
    } catch (error) {
      this.complain(error);
    } finally {
      clearTimeout(late);
    }
  }

  /** After files of the fleet were written. */
  async #readAgain(changesFleet: boolean): Promise<void> {
    void this.files.list();
    void this.git.refresh();
    if (!changesFleet) return;
    const path = this.fleet.fleet?.path;
    if (path !== undefined) await this.fleet.open(path);
  }

  async openFleet(path: string): Promise<void> {
    await this.fleet.open(path, false, () => this.router.go({ page: 'fleet', filter: '' }));
  }
}

/** The engine answers in milliseconds; a door that takes a connection and stays silent is broken. */
const firstAnswerLimitMs = 8000;

export const [getApp, setApp] = createContext<AppState>();
