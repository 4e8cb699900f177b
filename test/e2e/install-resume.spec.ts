import { installBench } from './fixtures/install-bench.ts';
import { SecretSearch } from './fixtures/secret-search.ts';
import { expect, test } from './fixtures/test.ts';
import { DisksPage } from './pages/disks-page.ts';
import { byKeyboard } from './pages/hands.ts';
import { WizardPage } from './pages/wizard-page.ts';

test.describe.configure({ timeout: 420_000 });

const password = 'tulip-harbour-4417';
/** Typed into a terminal on the machine. */
const typed = 'linnet-orchard-2290';
const passphrase = 'unlock-everything-7391-für-5-€';

/** A system as it is, and a disk for what is private, whose key is asked for. */
const layout = (serial: string): string => `{
disko.devices.disk.main = {
device = "/dev/disk/by-id/lab-Lab_disk_${serial}";
type = "disk";
content = { type = "gpt"; partitions = {
boot = { size = "1M"; type = "EF02"; };
vault = { size = "200M"; content = {
type = "luks"; name = "vault"; passwordFile = "/tmp/disk.key";
content = { type = "filesystem"; format = "ext4"; mountpoint = "/srv"; };
}; };
root = { size = "100%"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; };
}; };
};
}`;

test('without a mouse: an install that fails half way through its disks says so and is gone on with, and no secret is left behind', async ({
  home,
  window,
  nixstead,
}) => {
  const { page } = window;
  const { host, fleet, serial } = await installBench(home, 'rowan');
  await host.read('rm', '-f', '/etc/ssh/lab_keys.d/root');
  await host.setPassword('root', password);
  // Partitions can be made, and no file system on them.
  await host.read('chmod', 'a-x', '/usr/sbin/mkfs.ext4');
  await using search = new SecretSearch(home.lab);
  const hands = byKeyboard(page);
  const wizard = new WizardPage(page, hands);

  await hands.write(window.openPage.path, fleet);
  await expect(window.openPage.path).toHaveValue(fleet);
  await hands.press(window.openPage.openButton);
  await wizard.begin();
  await wizard.find(host.address);
  await expect(wizard.field('Password')).toBeFocused();
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await wizard.press('Continue');
  await wizard.name('rowan');
  await wizard.disk(serial);
  await hands.write(new DisksPage(page).nixText, layout(serial));
  await wizard.press('Continue');
  await expect(page.getByText('the layout expects its key at /tmp/disk.key')).toBeVisible();
  await wizard.press('Continue');
  await wizard.check();
  // No computer of the lab has /dev/kvm.
  await expect(page.getByText('nix cannot run a virtual machine on this computer')).toBeVisible();
  await window.expectAccessible();
  await wizard.press('Go on without it');
  await wizard.erase('rowan');

  const question = window.dialog('Password for rowan');
  const unlock = async (): Promise<void> => {
    await expect(question.getByLabel('Password')).toBeFocused({ timeout: 60_000 });
    await expect(question).toContainText('Passphrase for the encrypted disks of rowan (/tmp/disk.key)');
    await page.keyboard.type(passphrase);
    await page.keyboard.press('Enter');
  };
  await unlock();
  const left = page.getByRole('region', { name: 'What it was left in' });
  await expect(left).toContainText(`Erasing /dev/vda (${serial}) had begun: what was there must be taken for lost.`, {
    timeout: 60_000,
  });
  // It is there as it was typed, and will be typed at every start.
  expect(await host.read('cat', '/tmp/disk.key')).toBe(passphrase);
  await expect(left).toContainText('It goes on at “Disks”. That erases the disks, so each is confirmed again.');
  await expect(wizard.checkpoint('Disks')).toContainText('nixos-anywhere ended with exit status 127');
  await expect(page.getByRole('main')).toContainText('mkfs.ext4: Permission denied');
  await window.expectAccessible();

  // Its owner goes there themselves, mends it, and comes out again.
  await wizard.press('Open a terminal there');
  const terminal = page.getByRole('region', { name: `Terminal on root@${host.address}` });
  const screen = terminal.getByRole('list');
  await expect(terminal.getByRole('textbox', { name: 'Terminal on rowan' })).toBeFocused();
  await expect(terminal.getByRole('status').first()).toHaveText('Open');
  await expect(screen).toContainText(/[#$]/);
  await page.keyboard.type(`echo "${typed}" | tr a-z A-Z; chmod a+x /usr/sbin/mkfs.ext4 && tty`);
  await page.keyboard.press('Enter');
  await expect(screen).toContainText(typed.toUpperCase());
  await expect(screen).toContainText('/dev/pts/');
  // Tab, Escape and the window's own shortcuts are keys of the machine.
  await page.keyboard.type("echo re''ady; cat");
  await page.keyboard.press('Enter');
  await expect(screen).toContainText('ready');
  for (const key of ['Tab', 'Shift+Tab', 'Escape', 'F6', 'Alt+d']) await page.keyboard.press(key);
  await expect(screen).toContainText('^[[Z^[^[[17~^[d');
  await expect(terminal.getByRole('textbox')).toBeFocused();
  await window.expectAccessible();
  await page.keyboard.press('Control+c');
  await expect(screen).toContainText(/\^C[^^]*[#$]\s*$/);
  await page.keyboard.press('Control+d');
  await expect(terminal).toContainText('The shell there has ended with status 130.');
  await hands.press(terminal.getByRole('button', { name: 'Open it again' }));
  await expect(terminal.getByRole('status').first()).toHaveText('Open');
  await page.keyboard.press('Shift+F6');
  await expect(terminal.getByRole('heading')).toBeFocused();
  await hands.press(terminal.getByRole('button', { name: 'Close the terminal' }));
  await expect(terminal).toBeHidden();
  await expect(wizard.button('Open a terminal there')).toBeFocused();

  await wizard.press('Go on through the gate');
  await wizard.erase('rowan');
  // It is given up after all. With that its button goes away, and the focus does not.
  await expect(question.getByLabel('Password')).toBeFocused({ timeout: 60_000 });
  await page.keyboard.press('Escape');
  await wizard.press('Cancel…');
  await hands.press(window.dialog('Cancel the install of rowan?').getByRole('button', { name: 'Cancel the install' }));
  await expect(page.getByRole('region', { name: 'Install', exact: true })).toBeFocused({ timeout: 60_000 });
  await wizard.press('Go on through the gate');
  await wizard.erase('rowan');
  await unlock();
  await wizard.isVerified('rowan');
  expect(await host.read('hostname')).toBe('rowan');
  await wizard.press('Show rowan');
  await expect(page).toHaveURL(/#\/host\?name=rowan$/);

  // A line of the key that was made for it, from where only private keys have something.
  const key = (await host.read('cat', '/etc/ssh/ssh_host_ed25519_key')).split('\n')[4] ?? '';
  expect(key).toMatch(/^[A-Za-z0-9+/=]{30,}$/);
  const folders = [nixstead.dataFolder, fleet];
  // What is no secret is found, so the search looks where something is, and has looked while it was used.
  expect(search.hasSeen('--disk-encryption-keys')).toBe(true);
  const known = (await search.traces({ serial }, folders, page)).join();
  for (const place of ['nixstead.sqlite', 'events.jsonl', 'disko.nix']) expect(known).toContain(place);
  const secrets = {
    'the password': password,
    'the passphrase': passphrase,
    'the host key': key,
    'what was typed in the terminal': typed,
    'what it showed': typed.toUpperCase(),
  };
  expect(await search.traces(secrets, folders, page)).toEqual([]);
});
