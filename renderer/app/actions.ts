import Bookmark from '@lucide/svelte/icons/bookmark';
import FileDiff from '@lucide/svelte/icons/file-diff';
import FilePen from '@lucide/svelte/icons/file-pen';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import HeartPulse from '@lucide/svelte/icons/heart-pulse';
import History from '@lucide/svelte/icons/rotate-ccw-clock';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import HousePlus from '@lucide/svelte/icons/house-plus';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Monitor from '@lucide/svelte/icons/monitor';
import MonitorUp from '@lucide/svelte/icons/monitor-up';
import Moon from '@lucide/svelte/icons/moon';
import PanelBottom from '@lucide/svelte/icons/panel-bottom';
import PackageOpen from '@lucide/svelte/icons/package-open';
import Plus from '@lucide/svelte/icons/plus';
import Radar from '@lucide/svelte/icons/radar';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import ClockAlert from '@lucide/svelte/icons/clock-alert';
import Rocket from '@lucide/svelte/icons/rocket';
import Search from '@lucide/svelte/icons/search';
import Server from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import Sun from '@lucide/svelte/icons/sun';
import Table from '@lucide/svelte/icons/table';
import Tags from '@lucide/svelte/icons/tags';
import Trash from '@lucide/svelte/icons/trash';
import Undo2 from '@lucide/svelte/icons/undo-2';
import X from '@lucide/svelte/icons/x';
import Waves from '@lucide/svelte/icons/waves-horizontal';
import type { Component } from 'svelte';
import { startPlan } from '../deploy/start-plan.ts';
import { whyNotDeployable } from '../fleet/deploy-refusal.ts';
import { beginInstall } from '../install/begin.ts';
import { formatNames } from '../ui/format.ts';
import type { AppState } from './app-state.svelte.ts';

/** Something that can be done, listed once and drawn as button, palette entry and shortcut. */
export interface Action {
  id: string;
  title: string;
  section: 'Deploy' | 'Fleet' | 'Go to' | 'Window';
  icon: Component;
  /** Keys, for example `Mod+K` or `Alt+1`; see shortcuts.ts. */
  keys?: string;
  /** Other words that a person may look for. */
  keywords?: readonly string[];
  /** Why it cannot be done now, shown on its button; null where it can. */
  refusal: string | null;
  run: () => void;
}

/** The hosts that `Deploy…` is about: the ticked ones, else every host that can be deployed. */
function deployableHosts(app: AppState): AppState['deploying'] {
  if (app.selection.size > 0) return app.selection.names;
  return app.fleet.hosts.filter((host) => whyNotDeployable(host) === null).map((host) => host.name);
}

/** Actions that make sense in the window's present state, in the order of the palette. */
export function listActions(app: AppState): Action[] {
  const { fleet, router, settings } = app;
  const offline = app.connection.refusal;
  const list: Action[] = [];

  if (app.guarding !== null) {
    const { hosts, decide } = app.guarding;
    const names = formatNames(hosts, 3);
    list.push(
      {
        id: 'keep',
        title: `Keep the new system of ${names}`,
        section: 'Deploy',
        icon: ShieldCheck,
        keys: 'Alt+K',
        keywords: ['watchdog', 'confirm'],
        refusal: offline,
        run: () => decide('keep'),
      },
      {
        id: 'revert',
        title: `Revert ${names} now`,
        section: 'Deploy',
        icon: Undo2,
        keys: 'Alt+B',
        keywords: ['watchdog', 'go back', 'rollback'],
        refusal: offline,
        run: () => decide('revert'),
      },
    );
  }

  if (fleet.fleet !== null) {
    const hosts = deployableHosts(app) ?? [];
    const noHost = hosts.length === 0 ? 'No host of this fleet can be deployed.' : null;
    const noHosts = fleet.hosts.length === 0 ? 'This fleet has no hosts.' : null;
    const evaluating = fleet.opening !== null ? 'The fleet is being evaluated.' : null;
    list.push(
      {
        id: 'deploy',
        title: app.selection.size > 0 ? 'Deploy selected hosts…' : 'Deploy…',
        section: 'Deploy',
        icon: Rocket,
        keys: 'Alt+D',
        keywords: ['switch', 'boot', 'test', 'push', 'rebuild', 'all'],
        refusal: offline ?? noHost,
        run: () => (app.deploying = hosts),
      },
      {
        id: 'plan',
        title: app.selection.size > 0 ? 'What would change on selected hosts?' : 'What would change on all hosts?',
        section: 'Deploy',
        icon: FileDiff,
        keys: 'Alt+W',
        keywords: ['plan', 'dry', 'activate', 'diff', 'preview'],
        refusal: offline ?? noHost,
        run: () => void startPlan(app, hosts).catch(app.complain),
      },
      {
        id: 'waves',
        title: 'Waves of this fleet…',
        section: 'Deploy',
        icon: Waves,
        keywords: ['canary', 'stages', 'rolling', 'nixstead.toml', 'order', 'gate'],
        refusal: offline ?? (fleet.fleet.remote === null ? null : 'This fleet is elsewhere, and only read here.'),
        run: () => (app.editingWaves = { thenDeploy: null }),
      },
      {
        id: 'go-back',
        title: app.selection.size > 0 ? 'Go back on selected hosts…' : 'Go back on hosts…',
        section: 'Deploy',
        icon: History,
        keywords: ['rollback', 'generation', 'previous', 'undo'],
        refusal: offline ?? noHost,
        run: () => (app.goingBack = { hosts, to: 'previous' }),
      },
      {
        id: 'clean',
        title:
          app.selection.size > 0 ? 'Delete old generations of selected hosts…' : 'Delete old generations of all hosts…',
        section: 'Deploy',
        icon: Trash,
        keywords: ['garbage', 'collect', 'space', 'room', 'disk', 'cleanup'],
        refusal: offline ?? noHost,
        run: () => (app.cleaning = hosts),
      },
      {
        id: 'add-host',
        title: 'Add a host…',
        section: 'Fleet',
        icon: Plus,
        keys: 'Alt+N',
        keywords: ['new', 'machine', 'server'],
        refusal: offline ?? fleet.readOnlyReason,
        run: () => (app.isAddingHost = true),
      },
      {
        id: 'new-machine',
        title: 'New machine…',
        section: 'Fleet',
        icon: MonitorUp,
        keys: 'Alt+M',
        keywords: ['install', 'reinstall', 'adopt', 'wizard', 'nixos-anywhere', 'take over'],
        refusal: fleet.readOnlyReason,
        run: () => router.go({ page: 'machines', draft: null }),
      },
      {
        id: 'adopt-machine',
        title: 'Adopt a machine that runs NixOS…',
        section: 'Fleet',
        icon: HousePlus,
        keywords: ['take over', 'import', 'existing'],
        refusal: offline ?? fleet.readOnlyReason,
        run: () => void beginInstall(app, 'adopt'),
      },
      {
        id: 'check-hosts',
        title: 'Check all hosts now',
        section: 'Fleet',
        icon: Radar,
        keys: 'Alt+H',
        keywords: ['refresh', 'status', 'online', 'ping'],
        refusal: offline ?? noHosts ?? (app.status.isRefreshing ? 'The hosts are being checked.' : null),
        run: () => void app.status.refresh().catch(app.complain),
      },
      {
        id: 'evaluate',
        title: 'Evaluate the flake again',
        section: 'Fleet',
        icon: RefreshCw,
        keys: 'Alt+R',
        keywords: ['refresh', 'reload', 'eval'],
        refusal: offline ?? evaluating,
        run: () => void fleet.refresh(),
      },
    );
    list.push(
      {
        id: 'selections',
        title: 'Saved selections…',
        section: 'Fleet',
        icon: Bookmark,
        keys: 'Alt+S',
        keywords: ['save', 'filter', 'group', 'rename', 'delete'],
        refusal: noHosts,
        run: () => (app.isShowingSelections = true),
      },
      {
        id: 'find-outdated',
        title: 'Find outdated hosts',
        section: 'Fleet',
        icon: ClockAlert,
        keys: 'Alt+U',
        keywords: ['state', 'update', 'drift', 'old'],
        refusal: offline ?? noHosts ?? (app.status.evaluation ? 'Hosts are being evaluated.' : null),
        run: () => {
          router.go({ page: 'fleet', filter: 'state:outdated' });
          void app.status.evaluateSystems().catch(app.complain);
        },
      },
    );
    const isFlake = app.inputs.view?.lock !== 'no-flake';
    const trying = app.jobs.active.some((job) => job.kind === 'inputs' && job.fleetId === fleet.fleet?.id);
    const notNow = trying ? 'A change of the inputs is being tried already.' : null;
    const noInputs = app.inputs.view?.inputs.length === 0 ? 'This flake has no inputs.' : null;
    if (isFlake) {
      list.push(
        {
          id: 'update-inputs',
          title: 'Update all inputs…',
          section: 'Fleet',
          icon: RefreshCw,
          keys: 'Alt+I',
          keywords: ['flake', 'lock', 'upgrade', 'nixpkgs'],
          refusal: offline ?? noInputs ?? notNow,
          run: () => {
            router.go({ page: 'inputs' });
            app.inputs.dialog = { kind: 'update', inputs: [] };
          },
        },
        {
          id: 'add-input',
          title: 'Add an input…',
          section: 'Fleet',
          icon: Plus,
          keywords: ['flake', 'new', 'repository'],
          refusal: offline ?? notNow,
          run: () => {
            router.go({ page: 'inputs' });
            app.inputs.dialog = { kind: 'add' };
          },
        },
      );
    }
    if (app.change.last !== null) {
      list.push({
        id: 'undo-change',
        title: `Undo: ${app.change.last.title}`,
        section: 'Fleet',
        icon: Undo2,
        keys: 'Alt+Z',
        keywords: ['revert', 'back', 'take back'],
        refusal: offline,
        run: () => void app.change.undo(),
      });
    }
    if (app.selection.size > 0) {
      list.push({
        id: 'retag-selected',
        title: 'Edit tags of selected hosts…',
        section: 'Fleet',
        icon: Tags,
        keys: 'Alt+T',
        keywords: ['tag', 'retag', 'label'],
        refusal: offline ?? fleet.readOnlyReason,
        run: () => app.change.ask('retag', app.selection.names),
      });
      list.push({
        id: 'clear-selection',
        title: 'Clear the selection',
        section: 'Fleet',
        icon: X,
        refusal: null,
        run: () => app.selection.clear(),
      });
    }
  }

  list.push(
    {
      id: 'open-fleet',
      title: 'Open another fleet…',
      section: 'Fleet',
      icon: FolderOpen,
      keys: 'Alt+O',
      keywords: ['folder', 'flake'],
      refusal: null,
      run: () => router.go({ page: 'open' }),
    },
    {
      id: 'create-fleet',
      title: 'Create a fleet…',
      section: 'Fleet',
      icon: Plus,
      keywords: ['new', 'flake', 'init', 'template'],
      refusal: offline,
      run: () => (app.isCreatingFleet = true),
    },
    {
      id: 'go-fleet',
      title: 'Fleet',
      section: 'Go to',
      icon: Server,
      keys: 'Alt+1',
      keywords: ['hosts', 'machines'],
      refusal: null,
      run: () => router.go({ page: 'fleet', filter: '' }),
    },
    {
      id: 'go-jobs',
      title: 'Jobs',
      section: 'Go to',
      icon: ListChecks,
      keys: 'Alt+2',
      keywords: ['history', 'deploys', 'logs'],
      refusal: null,
      run: () => router.go({ page: 'jobs' }),
    },
    {
      id: 'go-files',
      title: 'Files',
      section: 'Go to',
      icon: FilePen,
      keys: 'Alt+5',
      keywords: ['edit', 'git', 'commit', 'diff', 'changes'],
      refusal: null,
      run: () => router.go({ page: 'files', file: null, line: null }),
    },
    {
      id: 'go-check',
      title: 'Check',
      section: 'Go to',
      icon: Stethoscope,
      keys: 'Alt+6',
      keywords: ['findings', 'doctor', 'lint', 'problems'],
      refusal: null,
      run: () => router.go({ page: 'check' }),
    },
    {
      id: 'go-health',
      title: 'Health',
      section: 'Go to',
      icon: HeartPulse,
      keys: 'Alt+8',
      keywords: ['checks', 'http', 'tcp', 'units', 'nixstead.toml', 'watchdog'],
      refusal: fleet.fleet === null ? 'No fleet is open.' : null,
      run: () => router.go({ page: 'health', of: '' }),
    },
    {
      id: 'go-inputs',
      title: 'Inputs',
      section: 'Go to',
      icon: PackageOpen,
      keys: 'Alt+7',
      keywords: ['flake', 'lock', 'update', 'nixpkgs', 'pin', 'follows'],
      refusal: null,
      run: () => router.go({ page: 'inputs' }),
    },
    {
      id: 'go-disks',
      title: 'Disks',
      section: 'Go to',
      icon: HardDrive,
      keys: 'Alt+4',
      keywords: ['disko', 'layout', 'partitions', 'luks', 'zfs', 'raid', 'recipe'],
      refusal: null,
      run: () => router.go({ page: 'disks' }),
    },
    {
      id: 'go-settings',
      title: 'Settings',
      section: 'Go to',
      icon: Settings,
      keys: 'Alt+3',
      keywords: ['theme', 'preferences', 'doctor'],
      refusal: null,
      run: () => router.go({ page: 'settings' }),
    },
    {
      id: 'palette',
      title: 'Find a host or action',
      section: 'Window',
      icon: Search,
      keys: 'Mod+K',
      refusal: null,
      run: () => (app.isPaletteOpen = true),
    },
    {
      id: 'job-drawer',
      title: settings.current.isJobDrawerOpen ? 'Hide the list of jobs' : 'Show the list of jobs',
      section: 'Window',
      icon: PanelBottom,
      keys: 'Alt+J',
      keywords: ['drawer'],
      refusal: null,
      run: () => void settings.change({ isJobDrawerOpen: !settings.current.isJobDrawerOpen }),
    },
    {
      id: 'host-view',
      title: settings.current.hostView === 'table' ? 'Show hosts as cards' : 'Show hosts as a table',
      section: 'Window',
      icon: settings.current.hostView === 'table' ? LayoutGrid : Table,
      keywords: ['view'],
      refusal: null,
      run: () => void settings.change({ hostView: settings.current.hostView === 'table' ? 'cards' : 'table' }),
    },
    ...(['light', 'dark', 'system'] as const).map((theme): Action => {
      const icons = { light: Sun, dark: Moon, system: Monitor };
      return {
        id: `theme-${theme}`,
        title: theme === 'system' ? 'Theme of the system' : `${theme === 'light' ? 'Light' : 'Dark'} theme`,
        section: 'Window',
        icon: icons[theme],
        refusal: settings.current.theme === theme ? 'This theme is in use.' : null,
        run: () => void settings.change({ theme }),
      };
    }),
  );
  return list;
}

/** One of the actions, for a button that always exists; undefined where the action makes no sense now. */
export function findAction(actions: readonly Action[], id: string): Action | undefined {
  return actions.find((action) => action.id === id);
}
