import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from './fixtures/test.ts';
import { DisksPage } from './pages/disks-page.ts';

const FILE = 'hosts/vault/disko.nix';
const LAYOUT = `# The vault in the cellar.
{ lib, ... }:
{
  disko.devices.disk.main = {
    device = lib.mkDefault "/dev/disk/by-id/ata-VAULT"; # the only disk
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        ESP = {
          size = "1G";
          type = "EF00";
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/boot";
          };
        };
        root = {
          size = "20G"; # plenty
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/";
          };
        };
        swap = {
          size = "8GiB";
          content.type = "swap";
        };
      };
    };
  };
}
`;

test('a layout of a recipe is built by mouse and by keyboard, and every step can be taken back', async ({ window }) => {
  const { page } = window;
  const disks = new DisksPage(page);
  await window.goTo('Disks');
  await expect(page.getByText('No fleet is open.')).toBeVisible();
  await window.expectAccessible();

  // A file of this computer; one that is no text harms nothing.
  const own = page.getByLabel('File of this computer');
  const latin = Buffer.from('{ disko.devices.disk.a.device = "/dev/gr\xf6\xdfe"; }', 'latin1');
  await own.setInputFiles({ name: 'old.nix', mimeType: 'text/plain', buffer: latin });
  await expect(page.getByRole('article', { name: /^old\.nix is no text/ })).toBeVisible();
  await own.setInputFiles({ name: 'mine.nix', mimeType: 'text/plain', buffer: Buffer.from(LAYOUT) });
  await expect(disks.nixText).toContainText('The vault in the cellar.');
  await expect(disks.part('root')).toHaveAccessibleName(/^root, 20G/);
  await page.getByRole('button', { name: 'Choose another layout' }).click();

  await page.getByRole('radiogroup', { name: 'Encrypted' }).getByText('Yes').click();
  await page.getByRole('textbox', { name: 'Device of disk 1' }).fill('/dev/disk/by-id/nvme-DISK_1');
  await disks.recipe('Encrypted').click();
  await expect.poll(() => disks.partNames('main')).toEqual(['ESP', 'root']);
  await expect(disks.nixText).toContainText('"luks"');

  // A partition from the palette, with what is in it.
  await disks.part('root').click();
  await disks.add('Swap').click();
  await expect(disks.part('swap')).toHaveAttribute('aria-selected', 'true');
  expect(await disks.partNames('main')).toEqual(['ESP', 'swap', 'root']);

  // Dragged at its edge, it gets whole gigabytes.
  const box = await disks.part('swap').boundingBox();
  if (box === null) throw new Error('The partition is not shown');
  await page.mouse.move(box.x + box.width - 3, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 30, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await expect(disks.part('swap')).toHaveAccessibleName(/^swap, [1-9][0-9]G, swap$/);
  await expect(disks.part('swap')).not.toHaveAccessibleName(/ 10G/);

  // Dragged as a whole, it moves.
  const from = await disks.part('swap').boundingBox();
  const first = await disks.part('ESP').boundingBox();
  if (from === null || first === null) throw new Error('The partitions are not shown');
  await page.mouse.move(from.x + 20, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(first.x + 4, first.y + 20, { steps: 8 });
  await page.mouse.up();
  await expect.poll(() => disks.partNames('main')).toEqual(['swap', 'ESP', 'root']);

  // The same by keyboard.
  await disks.part('swap').focus();
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(() => disks.partNames('main')).toEqual(['ESP', 'swap', 'root']);
  await expect(disks.part('swap')).toBeFocused();
  const size = /^swap, ([0-9]+)G/.exec((await disks.part('swap').getAttribute('aria-label')) ?? '')?.[1];
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await expect(disks.part('swap')).toHaveAccessibleName(new RegExp(`^swap, ${Number(size) + 1}G`));
  await page.keyboard.press('Delete');
  await expect.poll(() => disks.partNames('main')).toEqual(['ESP', 'root']);
  await page.keyboard.press('Control+z');
  await expect.poll(() => disks.partNames('main')).toEqual(['ESP', 'swap', 'root']);
  await page.keyboard.press('Control+Shift+Z');
  await expect.poll(() => disks.partNames('main')).toEqual(['ESP', 'root']);

  // A value that disko would refuse is refused in its field.
  await disks.row('ESP').click();
  await disks.properties.getByRole('textbox', { name: 'Size' }).fill('1.5G');
  await page.keyboard.press('Enter');
  await expect(disks.properties.getByRole('alert')).toContainText('A size is a whole number');
  await disks.properties.getByRole('button', { name: 'Use 1536M' }).click();
  await expect(disks.part('ESP')).toHaveAccessibleName(/^ESP, 1536M/);

  // The text is the layout too; a mistake in it loses nothing.
  await disks.nixText.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('(');
  const mistake = page.getByText('The text has a mistake at line');
  await expect(mistake.first()).toBeVisible();
  await expect(disks.part('ESP')).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(mistake).toHaveCount(0);

  // Nobody loses work by leaving without a word.
  await page.getByRole('button', { name: 'Choose another layout' }).click();
  await window.dialog('Leave this layout?').getByRole('button', { name: 'Leave without saving' }).click();
  await expect(page.getByRole('heading', { name: 'Begin with a recipe' })).toBeVisible();
});

test('a file of the fleet is mended, and only the lines that were meant are written', async ({ window, home }) => {
  const { page } = window;
  const disks = new DisksPage(page);
  const fleet = await home.fleet({ vault: {} });
  const file = join(fleet.path, FILE);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, LAYOUT);
  await window.openFleet(fleet.path);
  await window.goTo('Disks');
  await disks.file(FILE).click();

  await disks.problems.getByRole('button', { name: 'Write 8G' }).click();
  await expect(disks.part('swap')).toHaveAccessibleName('swap, 8G, swap');
  await disks.part('root').focus();
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await expect(disks.part('root')).toHaveAccessibleName(/^root, 21G/);
  await window.expectAccessible();

  await disks.review.click();
  const dialog = window.dialog(`Save ${FILE}`);
  await expect(dialog).toContainText('2 lines changed');
  await expect(dialog).toContainText('size = "21G"; # plenty');
  await window.expectAccessible();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
  const saved = LAYOUT.replace('"20G"', '"21G"').replace('"8GiB"', '"8G"');
  expect(await readFile(file, 'utf8')).toBe(saved);

  // What the layout needs of NixOS goes to a file beside it.
  const card = page.getByRole('region', { name: 'The layout as a list' });
  await card.getByRole('radiogroup', { name: 'Shown as' }).getByText('NixOS settings').click();
  await expect(page.getByLabel('Firmware')).toHaveValue('uefi');
  const row = card.getByRole('listitem').filter({ hasText: 'boot.loader.systemd-boot.enable = true;' });
  await expect(row).toContainText('not written yet');
  await window.expectAccessible();
  await card.getByRole('button', { name: 'Write them beside the layout' }).click();
  await expect(dialog.getByRole('checkbox')).toBeChecked();
  await expect(dialog).toContainText('hosts/vault/disko-settings.nix as well (a new file)');
  await window.expectAccessible();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toContainText('written beside the layout');
  await expect(card.getByRole('button', { name: 'Write them beside the layout' })).toBeDisabled();
  const imported = saved.replace(/\}\n$/, '  imports = [ ./disko-settings.nix ];\n}\n');
  expect(await readFile(file, 'utf8')).toBe(imported);
  const option = 'nixosConfigurations.vault.config.boot.loader.systemd-boot.enable';
  const { stdout } = await home.lab.controller.exec(['nix', 'eval', '--json', `${fleet.path}#${option}`]);
  expect(JSON.parse(stdout)).toBe(true);

  // Somebody else writes the file: it is not overwritten.
  await writeFile(file, `${imported}# by hand\n`);
  await disks.part('root').focus();
  await page.keyboard.press('Alt+Shift+ArrowLeft');
  await disks.review.click();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog.getByRole('article')).toContainText('was changed by something else');
  expect(await readFile(file, 'utf8')).toBe(`${imported}# by hand\n`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.keyboard.press('Control+z');
  await expect(disks.part('root')).toHaveAccessibleName(/^root, 21G/);
});

test('a recipe becomes a file of a host, which the flake sees, and a copy of it names no disk', async ({
  home,
  window,
}) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {} });
  await window.openFleet(fleet.path);
  await window.goTo('Disks');
  const disks = new DisksPage(window.page);

  // What the host's configuration as a whole comes to is asked of nix.
  await window.page.getByLabel('Layout of a host, evaluated').selectOption('alpha');
  await window.page.getByRole('button', { name: 'Open its layout' }).click();
  await expect(window.page.getByText('This is what the whole configuration of alpha comes to')).toBeVisible();
  await expect.poll(() => disks.partNames('main')).toContain('root');
  await window.expectAccessible();
  await window.page.getByRole('button', { name: 'Choose another layout' }).click();
  await window.dialog('Leave this layout?').getByRole('button', { name: 'Leave without saving' }).click();

  await disks.recipe('Single disk').click();
  await disks.saveIntoFleet.click();
  const dialog = window.dialog(/^Save .* into the fleet$/);
  await dialog.getByLabel('For the host').selectOption('alpha');
  await expect(dialog.getByLabel('File in the fleet')).toHaveValue('hosts/alpha/disko.nix');
  await expect(dialog.getByRole('button', { name: 'Replace the file' })).toBeVisible();
  await window.expectAccessible();
  await dialog.getByLabel('File in the fleet').fill('hosts/alpha/disks/main.nix');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const text = await readFile(join(fleet.path, 'hosts/alpha/disks/main.nix'), 'utf8');
  expect(text).toContain('disko.devices');
  const { stdout } = await home.lab.controller.exec(['git', '-C', fleet.path, 'status', '--porcelain']);
  expect(stdout).toContain(' A hosts/alpha/disks/main.nix');

  // The host itself is asked. A container has no disks of its own, and the page says what it shows, no more.
  const { machine } = disks;
  await expect(machine.getByLabel('Machine')).toHaveValue('alpha');
  await machine.getByRole('button', { name: "Look at the machine's disks" }).click();
  await expect(machine.getByRole('status').first()).toContainText(/[0-9]+ disks?, seen|shows no disks, seen/);
  await window.page.getByRole('button', { name: 'Choose disk…' }).click();
  await expect(window.dialog('Which disk becomes main?')).toBeVisible();
  await window.expectAccessible();
  await window.page.keyboard.press('Escape');
  await window.expectAccessible();

  await window.page.getByRole('button', { name: 'Copy for another machine' }).click();
  await expect(window.page.getByText('Before this copy fits the other machine')).toBeVisible();
  await expect(disks.problems).toContainText(/device/);
  await window.expectAccessible();
});

test('a machine that nobody knows yet is asked for its disks: its key is compared, then a password is typed', async ({
  home,
  window,
  nixstead,
}) => {
  const iota = await home.strangeHost('iota');
  await iota.read('rm', '-f', '/etc/ssh/lab_keys.d/root');
  const password = 'a plum tree in the yard';
  await iota.setPassword('root', password);
  const { fingerprint } = await iota.hostKey();
  const fleet = await home.fleet({ iota: {} });
  await window.openFleet(fleet.path);
  await window.goTo('Disks');
  const { machine } = new DisksPage(window.page);
  await machine.getByLabel('Machine').selectOption('iota');
  await machine.getByRole('button', { name: "Look at the machine's disks" }).click();

  await expect(machine).toContainText(fingerprint);
  await window.expectAccessible();
  await machine.getByRole('button', { name: 'It is the same' }).click();

  const field = machine.getByLabel('Password');
  await expect(field).toBeFocused();
  await window.expectAccessible();
  await window.page.keyboard.type('not this one');
  await window.page.keyboard.press('Enter');
  await expect(machine).toContainText('That was wrong.');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');
  await window.page.keyboard.type(password);
  await window.page.keyboard.press('Enter');
  await expect(machine.getByRole('status').first()).toContainText(/[0-9]+ disks?, seen|shows no disks, seen/);
  await expect(field).toHaveCount(0);
  const { exitCode } = await home.lab.controller.exec(['grep', '-rqF', password, nixstead.dataFolder]);
  expect(exitCode, 'grep finds nothing').toBe(1);
});
