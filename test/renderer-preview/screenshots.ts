/**
 * Takes pictures of the window's states, to be looked at: `node test/renderer-preview/screenshots.ts OUT [PATTERN [WIDTHS [SCHEMES]]]`.
 * Fails on any error in the page's console and on whatever axe finds.
 */
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Page } from '@playwright/test';
import { build, preview } from 'vite';
import { chromiumArguments, chromiumExecutable } from '../lab/electron-stand-in/chromium.ts';
import { installHash, INSTALL_STEPS } from './page/install-drafts.ts';

const [outFolder, pattern = '', sizes = '1280,900', schemes = 'light,dark'] = process.argv.slice(2);
if (outFolder === undefined) throw new Error('Name the folder for the pictures.');

interface Shot {
  name: string;
  scenario: string;
  hash?: string;
  act?: (page: Page) => Promise<void>;
  /** Files of the page that cannot be had. */
  missing?: RegExp;
}

/** Opens a host's details and presses one of the buttons there. */
async function change(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: `Details of ${button.split(' ').at(-1)}` }).click();
  await page.getByRole('button', { name: button }).click();
}

async function lookAt(page: Page, host: string): Promise<void> {
  const machine = page.getByRole('region', { name: "The machine's disks" });
  await machine.getByLabel('Machine').selectOption(host);
  await machine.getByRole('button', { name: "Look at the machine's disks" }).click();
}

/** By keyboard: the choice has the focus first. */
async function exportJobs(page: Page, far: 'opened' | 'as it is' | 'with logs'): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: 'Export', exact: true }).press('Enter');
  await page.getByRole('dialog').getByRole('checkbox').waitFor();
  if (far === 'with logs') await page.keyboard.press('Space');
  if (far !== 'opened') await page.keyboard.press('Enter');
}

async function openTerminal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open a terminal there' }).click();
  await page.getByRole('region', { name: 'Terminal on root@10.0.20.77' }).getByText('dmesg').first().waitFor();
}

const JOB = '#/jobs/20261121-140201-7f3c21';
const SHOTS: Shot[] = [
  { name: 'fleet', scenario: 'homelab' },
  { name: 'fleet-live', scenario: 'live' },
  { name: 'fleet-cards', scenario: 'cards' },
  { name: 'fleet-one', scenario: 'one' },
  { name: 'fleet-none', scenario: 'none' },
  { name: 'fleet-many', scenario: 'many' },
  { name: 'fleet-troubled', scenario: 'troubled' },
  {
    name: 'fleet-selected',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Select kube01' }).check();
      await page.getByRole('checkbox', { name: 'Select db1' }).check();
      await page.getByRole('button', { name: 'Details of db2' }).click();
    },
  },
  {
    name: 'fleet-filter',
    scenario: 'homelab',
    act: async (page) => page.getByRole('textbox', { name: 'Filter hosts' }).fill('@infra & !gateway'),
  },
  {
    name: 'fleet-filter-mistake',
    scenario: 'homelab',
    act: async (page) => page.getByRole('textbox', { name: 'Filter hosts' }).fill('(@web & !db*'),
  },
  {
    name: 'fleet-expanded-problem',
    scenario: 'troubled',
    act: async (page) => page.getByRole('button', { name: 'Details of monitor' }).click(),
  },
  {
    name: 'fleet-details',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Details of nas' }).click();
      await page.getByRole('link', { name: 'modules/common.nix' }).waitFor();
    },
  },
  {
    name: 'fleet-outdated-unknown',
    scenario: 'homelab',
    act: async (page) => page.getByRole('textbox', { name: 'Filter hosts' }).fill('state:outdated & !@db'),
  },
  {
    name: 'fleet-outdated-evaluating',
    scenario: 'homelab',
    act: async (page) => page.keyboard.press('Alt+u'),
  },
  { name: 'fleet-remote', scenario: 'remote' },
  { name: 'fleet-hundred', scenario: 'hundred' },
  {
    name: 'fleet-many-filter',
    scenario: 'many',
    act: async (page) => page.getByRole('textbox', { name: 'Filter hosts' }).fill('@web & (@east, web-7*) & !web-11*'),
  },
  {
    name: 'fleet-filter-completion',
    scenario: 'many',
    act: async (page) => page.getByRole('textbox', { name: 'Filter hosts' }).pressSequentially('@east & sy'),
  },
  { name: 'page-not-loaded', scenario: 'homelab', hash: '#/inputs', missing: /InputsPage-[^/]*\.js$/ },
  {
    name: 'dialog-not-loaded',
    scenario: 'homelab',
    missing: /AddHostDialog-[^/]*\.js$/,
    act: async (page) => page.getByRole('button', { name: 'Add host' }).click(),
  },
  {
    name: 'selections',
    scenario: 'homelab',
    hash: '#/fleet?filter=%40infra%20%26%20!gateway',
    act: async (page) => {
      await page.keyboard.press('Alt+s');
      await page.getByRole('textbox', { name: 'Name for the selection' }).fill('core without gateway');
    },
  },
  { name: 'selections-none', scenario: 'none', act: async (page) => page.keyboard.press('Alt+s') },
  { name: 'selections-many', scenario: 'hundred', act: async (page) => page.keyboard.press('Alt+s') },
  {
    name: 'selections-rename',
    scenario: 'homelab',
    act: async (page) => {
      await page.keyboard.press('Alt+s');
      await page.getByRole('button', { name: 'Delete front' }).click();
      await page.getByRole('button', { name: 'Rename wait' }).click();
    },
  },
  {
    name: 'deploy-selection',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy…' }).click();
      await page.getByRole('textbox', { name: 'Choose hosts' }).fill('@web, saved:front');
    },
  },
  {
    name: 'deploy-one',
    scenario: 'homelab',
    act: async (page) => page.getByRole('button', { name: 'Deploy gateway' }).click(),
  },
  {
    name: 'deploy-boot',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy…' }).click();
      await page.getByRole('radio', { name: /^Boot/ }).check();
    },
  },
  {
    name: 'deploy-engine',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy gateway' }).click();
      await page.getByRole('combobox', { name: 'Engine' }).selectOption('colmena');
      await page.getByText('cannot be used here').click();
    },
  },
  {
    name: 'deploy-engine-offered',
    scenario: 'homelab&engine=deploy-rs',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy nas' }).click();
      await page.getByRole('combobox', { name: 'Engine' }).scrollIntoViewIfNeeded();
      await page.getByText('It alone brings').waitFor();
    },
  },
  {
    name: 'deploy-engine-waves',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy…' }).click();
      await page.getByRole('combobox', { name: 'Engine' }).selectOption('colmena');
      await page.getByRole('region', { name: 'Waves' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'waves-edit',
    scenario: 'homelab',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Find a host, tag').fill('waves of');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Show the change' }).click();
      await page.getByText('pause = true').first().waitFor();
    },
  },
  ...(['', '-none', '-many', '-wrong', '-slow'] as const).map((name): Shot => ({
    name: `health${name}`,
    scenario: `homelab&health=${name.slice(1)}`,
    hash: '#/health',
    act: async (page) => {
      if (name === '' || name === '-slow') await page.getByRole('button', { name: 'Try all now' }).click();
    },
  })),
  {
    name: 'health-add',
    scenario: 'homelab',
    hash: '#/health',
    act: async (page) => {
      await page.getByRole('button', { name: 'Add a check…' }).click();
      await page.getByLabel('What is checked').selectOption('http');
      await page.getByLabel('Address').fill('http://{address}/');
      await page.getByRole('button', { name: 'Try it now' }).click();
      await page.getByText('HTTP 200', { exact: true }).waitFor();
    },
  },
  {
    name: 'health-mistake',
    scenario: 'homelab',
    hash: '#/health',
    act: async (page) => {
      await page.getByRole('button', { name: 'Edit: nginx is active' }).click();
      await page.getByLabel('What is checked').selectOption('tcp');
      await page.getByRole('textbox', { name: 'Port' }).fill('70000');
      await page.getByText('Name, and how often').click();
    },
  },
  {
    name: 'health-move',
    scenario: 'homelab',
    hash: '#/health',
    act: async (page) => {
      await page.getByRole('button', { name: 'Edit: nginx is active' }).click();
      await page.getByLabel('For', { exact: true }).selectOption('Every host');
      await page.getByText('{ http').first().waitFor();
    },
  },
  {
    name: 'health-watchdog',
    scenario: 'homelab',
    hash: '#/health?of=%40web',
    act: async (page) => page.getByRole('button', { name: 'Watchdog…' }).click(),
  },
  {
    name: 'health-remove',
    scenario: 'homelab',
    hash: '#/health',
    act: async (page) => page.getByRole('button', { name: 'Remove: nginx is active' }).click(),
  },
  {
    name: 'health-sudo',
    scenario: 'homelab&sudo',
    hash: '#/health',
    act: async (page) => {
      await page.getByRole('button', { name: 'Try all now' }).click();
      await page.getByText('not tried').waitFor();
    },
  },
  {
    name: 'health-sudo-wrong',
    scenario: 'homelab&sudo',
    hash: '#/health',
    act: async (page) => {
      await page.getByRole('button', { name: 'Try all now' }).click();
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByLabel('Password', { exact: true }).press('Enter');
      await page.getByRole('button', { name: 'Leave it out' }).click();
      await page.getByText('was not right').waitFor();
      await page.getByText('not tried').waitFor();
    },
  },
  {
    name: 'health-sudo-left-out',
    scenario: 'homelab&sudo',
    hash: '#/health',
    act: async (page) => {
      await page.getByRole('button', { name: 'Try all now' }).click();
      await page.getByRole('button', { name: 'Leave it out' }).click();
      await page.getByRole('button', { name: 'Leave it out' }).click();
      await page.getByText('not tried').waitFor();
    },
  },
  {
    name: 'health-edit-sudo',
    scenario: 'homelab&sudo',
    hash: '#/health?of=nas',
    act: async (page) => {
      await page.getByRole('button', { name: 'Edit: zpool' }).click();
      await page.getByRole('button', { name: 'Try it now' }).click();
      await page.getByLabel('Password', { exact: true }).waitFor();
    },
  },
  {
    name: 'host-protect-sudo',
    scenario: 'homelab&sudo',
    hash: '#/host?name=nas',
    act: async (page) => {
      await page.getByRole('button', { name: 'Protect generation 139' }).click();
      await page.getByText('To protect generation 139 of nas').waitFor();
      await page.getByLabel('Password', { exact: true }).fill('wrong');
    },
  },
  {
    name: 'host-checks',
    scenario: 'homelab',
    hash: '#/host?name=nas',
    act: async (page) => {
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.getByRole('heading', { name: 'Health checks' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'deploy-options',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy…' }).click();
      await page.getByLabel('Build on').selectOption('machine');
      await page.getByLabel('A host that is offline').selectOption('later');
      await page.getByLabel('Restart hosts').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'job-limits',
    scenario: 'live',
    hash: JOB,
    act: async (page) => page.getByText('At once', { exact: true }).click(),
  },
  {
    name: 'deploy-100',
    scenario: 'hundred',
    act: async (page) => page.getByRole('button', { name: 'Deploy…' }).click(),
  },
  {
    name: 'deploy-all',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Deploy…' }).click();
      await page.getByText('Exact commands').click();
    },
  },
  {
    name: 'palette',
    scenario: 'homelab',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Find a host, tag').fill('dep');
    },
  },
  { name: 'job-live', scenario: 'live', hash: JOB },
  {
    name: 'job-builds',
    scenario: 'live',
    hash: JOB,
    act: async (page) => {
      await page.getByRole('button', { name: 'Show nas' }).click();
      await page.getByRole('tab', { name: 'Builds' }).click();
    },
  },
  {
    name: 'job-commands',
    scenario: 'live',
    hash: JOB,
    act: async (page) => page.getByRole('tab', { name: 'Exact commands' }).click(),
  },
  {
    name: 'host-page',
    scenario: 'homelab',
    hash: '#/host?name=nas',
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Choose generation 142' }).check();
      await page.getByRole('checkbox', { name: 'Choose generation 139' }).check();
      await page.getByText('From generation 139 to 142').waitFor();
    },
  },
  {
    name: 'host-go-back',
    scenario: 'homelab',
    hash: '#/host?name=nas',
    act: async (page) => page.getByRole('button', { name: 'Go back to generation 139' }).click(),
  },
  {
    name: 'host-delete',
    scenario: 'homelab',
    hash: '#/host?name=nas',
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Choose generation 134' }).check();
      await page.getByRole('checkbox', { name: 'Choose generation 133' }).check();
      await page.getByRole('checkbox', { name: 'Choose generation 135' }).check();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByText('that nothing else on the host needs').waitFor();
    },
  },
  {
    name: 'host-page-packages',
    scenario: 'homelab&packages=many',
    hash: '#/host?name=nas',
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Choose generation 142' }).check();
      await page.getByRole('checkbox', { name: 'Choose generation 139' }).check();
      await page.getByRole('button', { name: 'Show 4970 more' }).click();
      await page.getByRole('searchbox', { name: 'Find a package' }).scrollIntoViewIfNeeded();
    },
  },
  ...(['homelab', 'hundred'] as const).map((scenario): Shot => ({
    name: `clean-${scenario}`,
    scenario,
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Select all' }).check();
      await page.getByRole('button', { name: 'Delete old generations' }).click();
      await page.getByText('which frees').waitFor();
    },
  })),
  {
    name: 'plan-1',
    scenario: 'plan-1',
    hash: JOB,
  },
  {
    name: 'plan-back',
    scenario: 'plan-back',
    hash: JOB,
    act: async (page) => {
      await page.getByRole('button', { name: /^gateway / }).click();
      await page.getByRole('button', { name: /^nas / }).click();
    },
  },
  {
    name: 'plan-5',
    scenario: 'plan-5',
    hash: JOB,
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Approve compute' }).check();
      await page.getByRole('button', { name: /^compute / }).click();
    },
  },
  {
    name: 'plan-left-out',
    scenario: 'plan-5',
    hash: JOB,
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Approve nas' }).check();
      await page.getByText('Only its system is deployed').waitFor();
    },
  },
  {
    name: 'plan-100',
    scenario: 'plan-100',
    hash: JOB,
    act: async (page) => page.getByRole('button', { name: 'Approve all' }).click(),
  },
  { name: 'job-partial', scenario: 'partial', hash: JOB },
  {
    name: 'job-as-planned',
    scenario: 'as-planned',
    hash: JOB,
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Log, builds and commands of' }).selectOption('');
      await page.getByRole('tab', { name: 'As planned' }).click();
      await page.getByRole('tabpanel').evaluate((panel) => panel.scrollIntoView({ block: 'end' }));
    },
  },
  {
    name: 'job-as-planned-host',
    scenario: 'as-planned',
    hash: JOB,
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Log, builds and commands of' }).selectOption('gateway');
      await page.getByRole('tab', { name: 'As planned' }).click();
      await page.getByRole('tabpanel').evaluate((panel) => panel.scrollIntoView({ block: 'end' }));
    },
  },
  {
    name: 'compare-as-planned',
    scenario: 'as-planned',
    hash: '#/compare?first=20261121-140201-7f3c21&second=20261121-140201-7f3c21',
  },
  {
    name: 'host-history',
    scenario: 'homelab',
    hash: '#/host?name=nas',
    act: async (page) => page.getByRole('heading', { name: 'What was done here' }).scrollIntoViewIfNeeded(),
  },
  { name: 'job-100', scenario: 'job-100', hash: JOB },
  { name: 'jobs-100', scenario: 'jobs-100', hash: '#/jobs' },
  {
    name: 'compare-100',
    scenario: 'job-100',
    hash: '#/compare?first=20261121-140201-7f3c21&second=20261121-140201-7f3c21',
  },
  { name: 'job-interrupted', scenario: 'interrupted', hash: JOB },
  { name: 'job-interrupted-past', scenario: 'interrupted-past', hash: JOB },
  { name: 'job-waves-wait', scenario: 'waves-wait', hash: JOB },
  { name: 'job-waves-pause', scenario: 'waves-pause', hash: JOB },
  { name: 'job-queued', scenario: 'live', hash: '#/jobs/20261121-140301-7f3c22' },
  { name: 'job-unknown', scenario: 'homelab', hash: '#/jobs/20200101-000000-000000' },
  {
    name: 'compare',
    scenario: 'partial',
    hash: '#/compare?first=20261121-140201-7f3c21&second=20261121-140201-7f3c21',
  },
  { name: 'jobs', scenario: 'live', hash: '#/jobs' },
  { name: 'jobs-none', scenario: 'first-run', hash: '#/jobs' },
  { name: 'jobs-export', scenario: 'live', hash: '#/jobs', act: async (page) => exportJobs(page, 'opened') },
  { name: 'jobs-export-running', scenario: 'live', hash: '#/jobs', act: async (page) => exportJobs(page, 'with logs') },
  {
    name: 'jobs-export-long',
    scenario: 'live&export=long',
    hash: '#/jobs',
    act: async (page) => exportJobs(page, 'with logs'),
  },
  { name: 'job-export', scenario: 'partial', hash: JOB, act: async (page) => exportJobs(page, 'opened') },
  { name: 'job-export-running', scenario: 'partial', hash: JOB, act: async (page) => exportJobs(page, 'as it is') },
  { name: 'drawer', scenario: 'drawer' },
  { name: 'settings', scenario: 'homelab', hash: '#/settings' },
  ...['key', 'fine', 'failed'].map((state): Shot => ({
    name: `settings-nix-${state}`,
    scenario: 'homelab',
    hash: '#/settings',
    act: async (page) => {
      const place = page.getByRole('textbox', { name: /Nix runs on/ });
      await place.fill(state === 'failed' ? 'root@none' : 'root@builder.home.arpa:2222');
      await place.press('Enter');
      if (state === 'failed') return page.getByText('No address is known').waitFor();
      await page.getByRole('button', { name: 'It is the same' }).waitFor();
      if (state === 'fine') await page.getByRole('button', { name: 'It is the same' }).click();
    },
  })),
  { name: 'open-first', scenario: 'first-run' },
  { name: 'open-electron', scenario: 'electron' },
  { name: 'open-doctor', scenario: 'doctor' },
  { name: 'open-opening', scenario: 'opening' },
  { name: 'open-failed', scenario: 'open-failed' },
  {
    name: 'open-complete',
    scenario: 'electron',
    act: async (page) => page.getByRole('textbox', { name: 'Path of the flake' }).fill('/home/sam/h'),
  },
  {
    name: 'create-fleet',
    scenario: 'first-run',
    act: async (page) => {
      await page.getByRole('button', { name: 'Create a fleet' }).click();
      await page.getByRole('textbox', { name: 'Folder of the new fleet' }).fill('~/homelab');
      await page.getByRole('textbox', { name: 'Name', exact: true }).focus();
      await page.getByText('will be written to').click();
    },
  },
  {
    name: 'create-fleet-taken',
    scenario: 'first-run&folder=taken&keys=none',
    act: async (page) => {
      await page.getByRole('button', { name: 'Create a fleet' }).click();
      await page.getByRole('textbox', { name: 'Folder of the new fleet' }).fill('~/homelab');
      await page.getByRole('textbox', { name: 'Name', exact: true }).focus();
      await page.getByText('already in').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'create-fleet-problems',
    scenario: 'first-run',
    act: async (page) => {
      await page.getByRole('button', { name: 'Create a fleet' }).click();
      await page.getByRole('textbox', { name: 'Folder of the new fleet' }).fill('~/homelab');
      await page.getByText('will be written to').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Create fleet' }).click();
      await page.getByText('was created in').waitFor();
    },
  },
  {
    name: 'add-host',
    scenario: 'homelab',
    act: async (page) => {
      await page.getByRole('button', { name: 'Add host' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('media');
      await page.getByRole('textbox', { name: 'Address' }).fill('10.0.20.70');
      await page.getByText('hosts/media/host.nix').first().waitFor();
    },
  },
  {
    name: 'add-host-foreign',
    scenario: 'homelab&layout=foreign&change=verified',
    act: async (page) => {
      await page.getByRole('button', { name: 'Add host' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('media');
    },
  },
  ...(
    [
      ['', 'homelab'],
      ['-foreign', 'homelab&layout=foreign&change=verified'],
      ['-by-hand', 'homelab&layout=foreign&change=by-hand'],
      ['-trying', 'homelab&layout=foreign&change=slow'],
    ] as const
  ).map(([name, scenario]): Shot => ({
    name: `host-rename${name}`,
    scenario,
    act: async (page) => {
      await change(page, 'Rename nas');
      await page.getByRole('textbox', { name: 'New name' }).fill('storage-in-the-cellar-behind-the-washing-machine');
      if (name === '') return;
      await page.getByRole('button', { name: 'Show the change' }).click();
    },
  })),
  {
    name: 'host-rename-taken',
    scenario: 'homelab',
    act: async (page) => {
      await change(page, 'Rename nas');
      await page.getByRole('textbox', { name: 'New name' }).fill('gateway');
    },
  },
  {
    name: 'host-tags',
    scenario: 'homelab',
    act: async (page) => {
      await change(page, 'Edit tags of nas');
      await page.getByRole('textbox', { name: 'New tags' }).fill('cellar');
    },
  },
  {
    name: 'host-tags-many',
    scenario: 'many',
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Select all' }).check();
      await page.getByRole('button', { name: 'Edit tags…' }).click();
      await page.getByRole('textbox', { name: 'New tags' }).fill('cellar');
    },
  },
  {
    name: 'host-address',
    scenario: 'homelab',
    act: async (page) => {
      await change(page, 'Edit address of nas');
      await page.getByRole('textbox', { name: 'Address' }).fill('10.0.20.99');
    },
  },
  {
    name: 'host-address-mistake',
    scenario: 'homelab',
    act: async (page) => {
      await change(page, 'Edit address of nas');
      await page.getByRole('textbox', { name: 'Address' }).fill('10.0.20.99; reboot');
    },
  },
  { name: 'host-retire', scenario: 'homelab', act: async (page) => change(page, 'Retire nas') },
  {
    name: 'host-retire-refused',
    scenario: 'homelab&change=problem',
    act: async (page) => change(page, 'Retire nas'),
  },
  {
    name: 'host-changed',
    scenario: 'homelab',
    act: async (page) => {
      await change(page, 'Edit address of nas');
      await page.getByRole('textbox', { name: 'Address' }).fill('10.0.20.99');
      await page.getByRole('button', { name: 'Change address' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'message-beside-dialog',
    scenario: 'homelab',
    act: async (page) => {
      await change(page, 'Edit address of nas');
      await page.getByRole('textbox', { name: 'Address' }).fill('10.0.20.99');
      await page.getByRole('button', { name: 'Change address' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
      await page.getByRole('button', { name: 'Deploy gateway' }).click();
    },
  },
  {
    name: 'host-menu',
    scenario: 'cards',
    act: async (page) => page.getByRole('button', { name: 'Change nas' }).click(),
  },
  {
    name: 'fleet-remote-details',
    scenario: 'remote',
    act: async (page) => {
      await page.getByRole('button', { name: 'Details of nas' }).click();
      await page.getByRole('button', { name: 'Rename nas' }).hover();
    },
  },
  { name: 'check', scenario: 'homelab', hash: '#/check' },
  { name: 'check-many', scenario: 'homelab&check=many', hash: '#/check' },
  { name: 'check-none', scenario: 'homelab&check=none', hash: '#/check' },
  { name: 'check-running', scenario: 'homelab&check=slow', hash: '#/check' },
  {
    name: 'check-fix',
    scenario: 'homelab',
    hash: '#/check',
    act: async (page) => {
      await page.getByRole('button', { name: /Take the password out/ }).click();
      await page.getByRole('dialog').getByText('services.samba').first().waitFor();
    },
  },
  { name: 'files', scenario: 'homelab', hash: '#/files' },
  { name: 'files-text', scenario: 'homelab', hash: '#/files?file=hosts%2Fnas%2Fdefault.nix&line=8' },
  {
    name: 'files-completion',
    scenario: 'homelab',
    hash: '#/files?file=hosts%2Fvpn%2Fdefault.nix',
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Text of' }).click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.keyboard.type('services.openssh.');
      await page.getByRole('option').first().waitFor();
      await page.getByText('Whether to enable OpenSSH').waitFor();
    },
  },
  {
    name: 'files-no-options',
    scenario: 'homelab&options=none',
    hash: '#/files?file=hosts%2Fvpn%2Fdefault.nix',
  },
  {
    name: 'files-described',
    scenario: 'homelab',
    hash: '#/files?file=hosts%2Fvpn%2Fdefault.nix',
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Text of' }).click();
      await page.keyboard.press('Control+Home');
      for (const key of ['ArrowDown', 'End', ...Array<string>(9).fill('ArrowLeft')]) await page.keyboard.press(key);
      await page.getByText('Options of nixpkgs').waitFor();
      await page.keyboard.press('F1');
      await page.getByText('Whether to enable OpenSSH').first().waitFor();
    },
  },
  { name: 'files-mistake', scenario: 'homelab', hash: '#/files?file=hosts%2Fbroken%2Fdefault.nix' },
  {
    name: 'files-changes',
    scenario: 'homelab',
    hash: '#/files',
    act: async (page) => {
      await page.getByRole('radio', { name: /^Changes/ }).check();
      await page.getByRole('button', { name: /^default.nix hosts\/nas/ }).click();
    },
  },
  {
    name: 'files-discarded',
    scenario: 'homelab',
    hash: '#/files',
    act: async (page) => {
      await page.getByRole('radio', { name: /^Changes/ }).check();
      await page.getByRole('button', { name: 'Discard the change of flake.nix' }).click();
    },
  },
  {
    name: 'files-outside',
    scenario: 'homelab&outside',
    hash: '#/files?file=hosts%2Fnas%2Fdefault.nix',
    act: async (page) => {
      await page.getByRole('textbox', { name: /^Text of/ }).press('x');
      await page.getByRole('button', { name: 'Save mine' }).waitFor();
    },
  },
  { name: 'files-conflict', scenario: 'homelab&git=conflict', hash: '#/files' },
  { name: 'files-detached', scenario: 'homelab&git=detached', hash: '#/files' },
  { name: 'files-stranger', scenario: 'homelab&git=stranger', hash: '#/files' },
  { name: 'files-many', scenario: 'homelab&files=many', hash: '#/files' },
  { name: 'files-gone', scenario: 'homelab', hash: '#/files?file=hosts%2Fgone.nix' },
  { name: 'files-behind', scenario: 'homelab&git=behind', hash: '#/files' },
  { name: 'files-local', scenario: 'homelab&git=local', hash: '#/files' },
  {
    name: 'files-branches',
    scenario: 'homelab',
    hash: '#/files',
    act: async (page) => page.getByRole('button', { name: /^Switch branch/ }).click(),
  },
  {
    name: 'files-pull',
    scenario: 'homelab&git=behind',
    hash: '#/files',
    act: async (page) => page.getByRole('button', { name: /^Pull/ }).click(),
  },
  {
    name: 'files-pull-conflict',
    scenario: 'homelab&git=behind&pull=conflict',
    hash: '#/files',
    act: async (page) => page.getByRole('button', { name: /^Pull/ }).click(),
  },
  { name: 'inputs', scenario: 'homelab', hash: '#/inputs' },
  {
    name: 'inputs-opened',
    scenario: 'homelab',
    hash: '#/inputs',
    act: async (page) => {
      await page.getByRole('button', { name: 'Details of colmena' }).click();
      await page.getByRole('button', { name: 'Details of sops-nix' }).click();
    },
  },
  ...['none', 'hive', 'missing', 'unreadable', 'many', 'slow'].map((state): Shot => ({
    name: `inputs-${state}`,
    scenario: `homelab&inputs=${state}`,
    hash: '#/inputs',
  })),
  ...['good', 'bad', 'outdated', 'many'].map((state): Shot => ({
    name: `inputs-proposal-${state}`,
    scenario: `homelab&proposal=${state}`,
    hash: '#/inputs',
    act: async (page) => {
      const first = page.getByRole('button', { name: state === 'good' ? 'nas' : 'db2', exact: true });
      if (state === 'good' || state === 'bad') await first.click();
    },
  })),
  { name: 'inputs-trying', scenario: 'trying', hash: '#/inputs' },
  { name: 'job-trying', scenario: 'trying', hash: '#/jobs/20261121-140301-7f3c33' },
  { name: 'inputs-failed', scenario: 'tried-failed', hash: '#/inputs' },
  {
    name: 'inputs-update',
    scenario: 'homelab',
    hash: '#/inputs',
    act: async (page) => page.getByRole('button', { name: 'Update all inputs' }).click(),
  },
  {
    name: 'inputs-pin',
    scenario: 'homelab',
    hash: '#/inputs',
    act: async (page) => {
      await page.getByRole('button', { name: 'Details of nixpkgs', exact: true }).click();
      await page.getByRole('button', { name: 'Pin…' }).click();
      await page.getByText('before it was pinned').first().waitFor();
    },
  },
  {
    name: 'inputs-remove',
    scenario: 'homelab',
    hash: '#/inputs',
    act: async (page) => {
      await page.getByRole('button', { name: 'Details of disko' }).click();
      await page.getByRole('button', { name: 'Remove…' }).click();
      await page.getByText('not edited here').first().waitFor();
    },
  },
  {
    name: 'inputs-add',
    scenario: 'homelab',
    hash: '#/inputs',
    act: async (page) => {
      await page.getByRole('button', { name: 'Add an input' }).click();
      await page.getByRole('textbox', { name: 'Address' }).fill('github:nix-community/home-manager');
    },
  },
  { name: 'prompt-user', scenario: 'user-name' },
  { name: 'prompt-password', scenario: 'password' },
  { name: 'prompt-host-key', scenario: 'host-key' },
  { name: 'prompt-host-key-changed', scenario: 'host-key-changed' },
  { name: 'disks-none', scenario: 'first-run', hash: '#/disks' },
  { name: 'disks', scenario: 'homelab', hash: '#/disks' },
  ...(
    [
      ['laptop', 'ESP'],
      ['nas', 'main'],
      ['backup', 'bay02'],
      ['router', 'swap'],
    ] as const
  ).map(([host, chosen]): Shot => ({
    name: `disks-${host}`,
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('button', { name: `hosts/${host}/disko.nix` }).click();
      await page.getByRole('treeitem', { name: chosen }).first().click();
    },
  })),
  ...['shelf', 'gate', 'kube02'].map((host): Shot => ({
    name: `disks-${host}`,
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => page.getByRole('button', { name: `hosts/${host}/disko.nix` }).click(),
  })),
  ...(
    [
      ['bios', 'BIOS', 'Single disk'],
      ['pi', 'Raspberry Pi', 'Raspberry Pi'],
    ] as const
  ).map(([name, firmware, recipe]): Shot => ({
    name: `disks-${name}`,
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('radiogroup', { name: 'Firmware' }).getByText(firmware, { exact: true }).click();
      await page.getByRole('textbox', { name: 'Device of disk 1' }).fill('/dev/disk/by-id/ata-KINGSTON_SA400_50026B77');
      await page.getByRole('button', { name: `Use ${recipe}`, exact: true }).click();
    },
  })),
  {
    name: 'disks-fields',
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('button', { name: 'hosts/laptop/disko.nix' }).click();
      await page.getByRole('treeitem', { name: 'root' }).first().click();
      await page.getByText(/advanced options$/).click();
    },
  },
  {
    name: 'disks-copy',
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('button', { name: 'hosts/laptop/disko.nix' }).click();
      await page.getByRole('button', { name: 'Copy for another machine' }).click();
    },
  },
  {
    name: 'disks-save-new',
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('button', { name: 'hosts/laptop/disko.nix' }).click();
      await page.getByRole('button', { name: 'Copy for another machine' }).click();
      await page.getByRole('button', { name: 'Save into the fleet' }).click();
      await page.getByLabel('For the host').selectOption('gateway');
    },
  },
  {
    name: 'disks-review',
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('button', { name: 'hosts/laptop/disko.nix' }).click();
      await page.getByRole('option', { name: /^swap/ }).click();
      await page.keyboard.press('Alt+Shift+ArrowRight');
      await page.getByRole('button', { name: 'Review and save' }).click();
    },
  },
  ...(
    [
      ['gateway', 'host-key'],
      ['db1', 'password'],
    ] as const
  ).map(([host, question]): Shot => ({
    name: `disks-machine-${question}`,
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await page.getByRole('button', { name: 'hosts/laptop/disko.nix' }).click();
      await lookAt(page, host);
    },
  })),
  {
    name: 'disks-machine-recipe',
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await lookAt(page, 'compute');
      await page.getByRole('checkbox', { name: 'Use /dev/nvme0n1' }).check();
      await page.getByRole('group', { name: /^Which of its disks/ }).scrollIntoViewIfNeeded();
    },
  },
  ...['before', 'differences', 'words', 'settings', 'chooser', 'save'].map((state): Shot => ({
    name: `disks-machine-${state}`,
    scenario: 'homelab',
    hash: '#/disks',
    act: async (page) => {
      await lookAt(page, 'compute');
      await page.getByRole('checkbox', { name: 'Use /dev/nvme0n1' }).check();
      await page.getByRole('button', { name: 'Use btrfs', exact: true }).click();
      if (state === 'differences') await page.getByText('between the running machine and the layout').click();
      if (state === 'words') await page.getByText('In words').click();
      if (state === 'settings') await page.getByText('NixOS settings').click();
      if (state === 'words' || state === 'settings') {
        await page.getByRole('region', { name: 'The layout as a list' }).scrollIntoViewIfNeeded();
      }
      if (state === 'chooser') await page.getByRole('button', { name: 'Choose disk…' }).first().click();
      if (state === 'save') {
        await page.getByRole('button', { name: 'Save into the fleet' }).click();
        await page.getByLabel('For the host').selectOption('compute');
      }
    },
  })),
  { name: 'install-begin', scenario: 'homelab', hash: '#/machines/new' },
  ...INSTALL_STEPS.map((step) => ({
    name: `install-${step}`,
    scenario: 'homelab',
    hash: installHash(step, step === 'boot' ? 'disks' : 'plain'),
  })),
  {
    name: 'install-find-open',
    scenario: 'homelab',
    hash: installHash('find'),
    act: async (page) => {
      await page.getByRole('button', { name: 'Use a key of this app’s own' }).click();
      await page.getByText('It has no system yet').click();
    },
  },
  { name: 'install-host-foreign', scenario: 'homelab&layout=foreign', hash: installHash('host') },
  {
    name: 'install-host-declared',
    scenario: 'homelab&layout=foreign&change=verified',
    hash: installHash('host'),
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Host name' }).fill('cellar');
      await page.getByRole('button', { name: 'Show the declaration' }).click();
      await page.getByText('Tried in a copy').waitFor();
    },
  },
  {
    name: 'install-host-by-hand',
    scenario: 'homelab&layout=foreign&change=by-hand',
    hash: installHash('host'),
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Host name' }).fill('cellar');
      await page.getByRole('button', { name: 'Show the declaration' }).click();
      await page.getByText('This change is yours to make').waitFor();
    },
  },
  {
    name: 'install-disks-drawn',
    scenario: 'homelab',
    hash: installHash('disks'),
    act: async (page) => {
      await page.getByRole('checkbox').first().check();
      await page.getByRole('button', { name: /^Use / }).first().click();
    },
  },
  { name: 'install-disks-many', scenario: 'homelab', hash: installHash('disks', 'disks') },
  { name: 'install-review-many', scenario: 'homelab', hash: installHash('review', 'disks') },
  { name: 'install-gate-many', scenario: 'homelab', hash: installHash('gate', 'disks') },
  { name: 'install-rehearsed', scenario: 'homelab', hash: installHash('rehearse', 'done') },
  { name: 'install-failed', scenario: 'homelab', hash: installHash('install', 'failed') },
  {
    name: 'install-login',
    scenario: 'homelab',
    hash: installHash('install', 'failed'),
    act: async (page) => {
      await page.getByRole('button', { name: 'Show the command for it' }).click();
      await page.getByRole('button', { name: 'Copy the command' }).waitFor();
    },
  },
  { name: 'install-terminal', scenario: 'homelab', hash: installHash('install', 'failed'), act: openTerminal },
  {
    name: 'install-terminal-tall',
    scenario: 'homelab',
    hash: installHash('install', 'failed'),
    act: async (page) => {
      await openTerminal(page);
      await page.getByRole('button', { name: 'Make the terminal larger' }).click();
    },
  },
  {
    name: 'install-terminal-ended',
    scenario: 'homelab',
    hash: installHash('install', 'failed'),
    act: async (page) => {
      await openTerminal(page);
      await page.keyboard.type('exit');
      await page.getByRole('button', { name: 'Open it again' }).waitFor();
    },
  },
  {
    name: 'install-terminal-problem',
    scenario: 'homelab',
    hash: installHash('install', 'failed'),
    act: async (page) => {
      await openTerminal(page);
      await page.keyboard.type('q');
      await page.getByRole('alert').getByRole('button', { name: 'Open it again' }).waitFor();
    },
  },
  { name: 'install-done', scenario: 'homelab', hash: installHash('boot', 'done') },
  { name: 'lost', scenario: 'lost' },
  { name: 'refused', scenario: 'refused' },
  { name: 'notice', scenario: 'notice' },
];

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 640 },
];

const configFile = join(import.meta.dirname, 'vite.config.ts');
await build({ configFile, logLevel: 'warn' });
const server = await preview({ configFile, preview: { port: 0, host: '127.0.0.1' } });
const address = server.resolvedUrls?.local[0];
if (address === undefined) throw new Error('The preview server has no address.');

const browser = await chromium.launch({
  ...(chromiumExecutable === null ? {} : { executablePath: chromiumExecutable }),
  args: [...chromiumArguments],
});
const errors: string[] = [];
for (const shot of SHOTS.filter(({ name }) => new RegExp(pattern).test(name))) {
  for (const viewport of SIZES.filter(({ width }) => sizes.includes(String(width)))) {
    for (const colorScheme of (['light', 'dark'] as const).filter((scheme) => schemes.includes(scheme))) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      const label = `${shot.name}-${viewport.width}-${colorScheme}`;
      page.on('pageerror', (error) => errors.push(`${label}: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        // Drawing WebGL without a graphics card is slow, and Chromium says so.
        if (message.text().includes('GL Driver Message')) return;
        if (shot.missing && message.text().includes('ERR_FAILED')) return;
        if (message.type() === 'error' || message.type() === 'warning') errors.push(`${label}: ${message.text()}`);
      });
      if (shot.missing) await page.route(shot.missing, (route) => route.abort());
      await page.goto(`${address}?scenario=${shot.scenario}&still${shot.hash ?? ''}`);
      await page.waitForLoadState('networkidle');
      await page.evaluate(() => document.fonts.ready);
      await shot.act?.(page);
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(outFolder, `${label}.png`), animations: 'disabled' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) {
        for (const { target, failureSummary } of nodes.slice(0, 3)) {
          errors.push(`${label}: axe ${id} at ${target.join(' ')}: ${failureSummary?.split('\n')[1] ?? ''}`);
        }
      }
      await context.close();
    }
  }
  process.stdout.write(`${shot.name}\n`);
}
await browser.close();
await server.close();
for (const error of errors) process.stderr.write(`${error}\n`);
process.exitCode = errors.length > 0 ? 1 : 0;
