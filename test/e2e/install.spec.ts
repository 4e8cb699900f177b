import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foreignFleet } from '../lab/index.ts';
import { installBench } from './fixtures/install-bench.ts';
import { expect, test } from './fixtures/test.ts';
import { DisksPage } from './pages/disks-page.ts';
import { WizardPage } from './pages/wizard-page.ts';

test.describe.configure({ timeout: 480_000 });

/** A disk that is never erased, beside those that a layout has. */
const withProtectedDisk = (layout: string, serial: string): string =>
  layout.replace(
    /\bdisk = \{/,
    `disk = { photos = {
device = "/dev/disk/by-id/lab-Lab_disk_${serial}";
type = "disk";
destroy = false;
content = { type = "gpt"; partitions.all = {
size = "100%"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/photos"; };
}; };
};`,
  );

test('a machine that runs the installer becomes a verified host, what was chosen outlives a restart of the app, and it is installed again with a disk that stays', async ({
  home,
  nixstead,
}) => {
  const kept = 'LAB-PHOTOS';
  const app = await nixstead.start();
  let window = await nixstead.openWindow();
  const { host, fleet, serial, kexecImage } = await installBench(home, 'larch', 'installer', [
    { size: '64M', serial: kept },
  ]);
  await window.openPage.path.fill(fleet);
  await window.openPage.openButton.click();
  let wizard = new WizardPage(window.page);
  await wizard.begin();
  await wizard.find(host.address);
  await expect(wizard.heading(/^NixOS can be installed on it/)).toBeVisible();
  await window.expectAccessible();
  await wizard.button('Continue').click();
  // Somebody who is not let in everywhere, with a key of her own, in a time zone of her own.
  const { controller } = home.lab;
  const key = join(home.lab.folder, 'ada-key');
  await controller.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ada@elsewhere', '-f', key]);
  await expect(wizard.field('Admin user')).toHaveValue('sam');
  await expect(window.page.getByRole('checkbox', { name: /of the whole fleet$/ })).toBeDisabled();
  await wizard.field('Admin user').fill('Ada');
  await wizard.field('Another public key').fill((await readFile(`${key}.pub`, 'utf8')).trim());
  await wizard.field('Time zone').fill('tokyo');
  await wizard.step('Probe').click();
  await wizard.step('Name and role').click();
  await expect(wizard.field('Time zone')).toHaveValue('tokyo');
  await wizard.field('Time zone').fill('Asia/Tokyo');
  await wizard.field('Host name').fill('larch');
  await expect(wizard.button('Continue')).toHaveAccessibleDescription('‘Ada’ must begin with a small letter.');
  await wizard.field('Admin user').fill('ada');
  await window.expectAccessible();
  await wizard.name('larch');

  await expect(window.page.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await wizard.disk(serial);
  await window.expectAccessible();
  await wizard.button('Continue').click();
  await window.expectAccessible();
  await wizard.button('Continue').click();
  await expect(wizard.heading('What will be written, run and erased')).toBeVisible();
  await expect(window.page.getByText('hosts/larch/disko.nix')).toBeVisible();
  const before = await home.lab.controller.exec(['git', 'status', '--porcelain'], { cwd: fleet });
  expect(before.stdout).toBe('');

  await window.page.close();
  await app.stop();
  // As on a computer with /dev/kvm.
  await nixstead.start({ env: { NIX_CONFIG: 'extra-system-features = kvm' } });
  window = await nixstead.openWindow();
  wizard = new WizardPage(window.page);
  await window.openPage.path.fill(fleet);
  await window.openPage.openButton.click();
  await wizard.button('New machine').click();
  await wizard.button('Continue with larch').click();
  await expect(wizard.heading('What will be written, run and erased')).toBeVisible();
  await wizard.step('Name and role').click();
  await expect(wizard.field('Admin user')).toHaveValue('ada');
  await expect(wizard.field('Time zone')).toHaveValue('Asia/Tokyo');
  await expect(window.page.getByRole('checkbox', { name: /^ada@elsewhere .* pasted$/ })).toBeChecked();
  await wizard.step('Review').click();
  await wizard.check();

  // A rehearsal that does not come to its end, and one that does.
  const held = join(home.lab.folder, 'rehearsal-goes-on');
  const common = join(fleet, 'modules/common.nix');
  const usual = await readFile(common, 'utf8');
  const waits = `disko.tests.extraChecks = "until [ -e ${held} ]; do sleep 0.1; done";`;
  await writeFile(common, usual.replace(/\}\s*$/, `${waits}\n}\n`));
  await expect(window.page.getByText('nix can run a virtual machine for it')).toBeVisible();
  await wizard.button('Begin the rehearsal').click();
  await expect.poll(() => window.job.logText(), { timeout: 60_000 }).toContain('waiting for the VM to finish booting');
  await window.expectAccessible();
  await wizard.button('Cancel the rehearsal').click();
  await expect(
    window.page.getByRole('region', { name: 'Rehearsal' }).getByText(/^Cancelled while larch was at/),
  ).toBeVisible({ timeout: 60_000 });
  await writeFile(common, usual);
  await wizard.button('Rehearse again').click();
  await expect(wizard.checkpoint('Rehearsal')).toContainText('installed and booted', { timeout: 60_000 });
  await wizard.button('Continue').click();
  await expect(wizard.heading('Erase and install larch?')).toBeVisible();
  await window.expectAccessible();
  await wizard.erase('larch');
  await wizard.isVerified('larch');
  await window.expectAccessible();
  expect(await host.read('hostname')).toBe('larch');
  const asAda = ['ssh', '-i', key, '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'BatchMode=yes'];
  const login = await controller.exec([...asAda, `ada@${host.address}`, 'id', '-un']);
  expect(login.stdout.trim(), login.stderr).toBe('ada');
  expect(await readFile(join(fleet, 'hosts/larch/default.nix'), 'utf8')).toContain('time.timeZone = "Asia/Tokyo";');
  await wizard.button('Show larch').click();
  await expect(window.page).toHaveURL(/#\/host\?name=larch$/);

  // By hand, as somebody does who wants a disk to outlive every install.
  const file = join(fleet, 'hosts/larch/disko.nix');
  const layout = withProtectedDisk(await readFile(file, 'utf8'), kept);
  expect(layout).toContain(kept);
  await writeFile(file, layout);
  await home.lab.controller.exec(['git', 'commit', '-qam', 'Photos'], { cwd: fleet });
  await host.read('sgdisk', '--new=1:0:-0', '--change-name=1:disk-photos-all', '/dev/vdb');
  await host.read('sh', '-c', 'partprobe /dev/vdb && mkfs.ext4 -q /dev/vdb1');
  await host.read(
    'sh',
    '-c',
    'mkdir /photos && mount /dev/vdb1 /photos && echo 2011 > /photos/summer && umount /photos',
  );
  const oldKey = (await host.hostKey()).fingerprint;

  // The layout and the machine differ in nothing but the mount, which leads to its place in the layout.
  await window.goTo('Disks');
  const disks = new DisksPage(window.page);
  await disks.file('hosts/larch/disko.nix').click();
  await disks.machine.getByRole('button', { name: "Look at the machine's disks" }).click();
  await disks.machine.getByText('1 difference between the running machine and the layout').click();
  await window.expectAccessible();
  await disks.machine.getByRole('button', { name: '/photos is in the layout, not mounted on the machine.' }).click();
  await expect(disks.properties.getByRole('textbox', { name: 'Mounted at' })).toHaveValue('/photos');
  await expect(disks.row('ext4').and(window.page.locator('[aria-selected=true]'))).toContainText('/photos');

  await window.goTo('Fleet');
  await wizard.button('New machine').click();
  await wizard.field('Host').selectOption('larch');
  await wizard.button('Reinstall…').click();
  await expect(wizard.field('Address')).toHaveValue(host.address);
  await wizard.button('Look at the machine').click();
  await expect(wizard.heading(/^NixOS can be installed on it/)).toBeVisible();
  await wizard.button('Continue').click();
  // What the fleet protects cannot even be chosen for another layout.
  await expect(window.page.getByText('protected in the fleet')).toBeVisible();
  await expect(window.page.getByRole('checkbox', { name: new RegExp(kept) })).toBeDisabled();
  await expect(window.page.getByRole('checkbox', { name: new RegExp(serial) })).toBeEnabled();
  await wizard.button('Keep the layout of the fleet').click();
  await window.page.getByText('Installer and first boot').click();
  await wizard.field('Installer image').fill(kexecImage);
  await wizard.button('Continue').click();
  await wizard.checks();
  await expect(window.page.getByText('protected, will not be touched')).toBeVisible();
  await expect(wizard.button('Erase and install')).toBeDisabled();
  await wizard.erase('larch');
  await wizard.isVerified('larch');
  expect(await host.read('cat', '/photos/summer')).toBe('2011');
  expect((await host.hostKey()).fingerprint).not.toBe(oldKey);
});

test('a new host of a flake that somebody else wrote is declared like one of its own, seen before it is written', async ({
  home,
  nixstead,
}) => {
  await nixstead.start();
  const window = await nixstead.openWindow();
  const { page } = window;
  const { controller, folder } = home.lab;
  const [host] = await home.lab.up(['cellar'], { disks: [{ size: '4G', serial: 'LAB-CELLAR' }] });
  if (host === undefined) throw new Error('The lab started nothing');
  const fleet = join(folder, 'fleets/cellar');
  await foreignFleet(home.lab, fleet);
  const changes = async (): Promise<string> =>
    (await controller.exec(['git', 'status', '--porcelain', '--untracked-files=all'], { cwd: fleet })).stdout;

  await window.openPage.path.fill(fleet);
  await window.openPage.openButton.click();
  const wizard = new WizardPage(page);
  await wizard.begin();
  await wizard.find(host.address);
  await wizard.button('Continue').click();
  await expect(wizard.field('Declared like')).toHaveValue('anchor');
  // Nothing in this flake says where a host answers, and what its tags are.
  await expect(wizard.field('Tags')).toHaveCount(0);
  await wizard.field('Host name').fill('anchor');
  await expect(wizard.button('Show the declaration')).toHaveAccessibleDescription(
    'The fleet has a host of this name already.',
  );
  await wizard.field('Host name').fill('cellar');
  await window.expectAccessible();
  await wizard.button('Show the declaration').click();
  const declaration = page.getByRole('region', { name: 'How the flake declares it' });
  await expect(declaration.getByText('Tried in a copy')).toBeVisible({ timeout: 60_000 });
  await expect(declaration.getByText('machines/cellar/configuration.nix', { exact: true })).toBeVisible();
  await window.expectAccessible();
  // Another name is another declaration.
  await wizard.field('Host name').fill('cellar2');
  await expect(wizard.button('Show the declaration')).toBeVisible();
  await wizard.field('Host name').fill('cellar');
  await wizard.button('Continue').click();
  await wizard.disk('LAB-CELLAR');
  await wizard.button('Continue').click();
  await wizard.button('Continue').click();
  await expect(wizard.heading('What will be written, run and erased')).toBeVisible();
  await expect(page.getByText('machines/cellar/disko.nix', { exact: true })).toBeVisible();
  await expect(page.getByText('flake.nix', { exact: true }).first()).toBeVisible();
  expect(await changes()).toBe('');

  await wizard.check();
  expect((await changes()).split('\n').map((line) => line.slice(3))).toEqual(
    expect.arrayContaining(['flake.nix', 'machines/cellar/configuration.nix', 'machines/cellar/disko.nix']),
  );
  // From now on it is the flake's.
  await wizard.step('Name and role').click();
  await expect(wizard.field('Host name')).toBeDisabled();
  await expect(wizard.field('Declared like')).toBeDisabled();
  await wizard.step('Gate').click();
  await expect(wizard.heading('Erase and install cellar?')).toBeVisible();
});
