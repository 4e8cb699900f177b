import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/test.ts';
import type { AppWindow } from './pages/app-window.ts';
import { DisksPage } from './pages/disks-page.ts';
import { byKeyboard, byMouse, type Hands } from './pages/hands.ts';

const expected = join(import.meta.dirname, '../fixtures/drawn-layouts');

interface Drawing {
  /** Of the file in test/fixtures/drawn-layouts with what has to come out. */
  readonly name: string;
  readonly draw: (hands: Hands, disks: DisksPage) => Promise<void>;
}

const drawings: readonly Drawing[] = [
  {
    name: 'swap',
    async draw(hands, disks) {
      await hands.press(disks.add('Swap'));
      await expect(disks.part('swap')).toHaveAttribute('aria-selected', 'true');
      await hands.resize(disks.part('swap'), /^swap, 16G,/);
    },
  },
  {
    name: 'encrypted-lvm',
    async draw(hands, disks) {
      await hands.choose(disks.part('root'));
      await hands.press(disks.add('Encryption (LUKS)'));
      await hands.press(disks.add('LVM'));
      await expect(disks.bar('pool')).toBeVisible();
      await hands.press(disks.add('Logical volume'));
      await expect(disks.part('data')).toHaveAttribute('aria-selected', 'true');
      await hands.resize(disks.part('data'), /^data, 20G,/);
    },
  },
  {
    name: 'mirror',
    async draw(hands, disks) {
      await hands.press(disks.name('main'));
      await hands.press(disks.properties.getByRole('button', { name: 'Mirror onto a second disk' }));
      await expect(disks.bar('main-mirror')).toBeVisible();
      await hands.write(disks.properties.getByRole('textbox', { name: /^Device/ }), '/dev/disk/by-id/ata-SECOND');
    },
  },
];

/** From the choice of a recipe to the saved file, and back to the choice. */
async function drawAndSave(window: AppWindow, hands: Hands, { draw }: Drawing, file: string): Promise<void> {
  const { page } = window;
  const disks = new DisksPage(page);
  await hands.write(page.getByRole('textbox', { name: 'Device of disk 1' }), '/dev/disk/by-id/ata-FIRST');
  await hands.press(disks.recipe('Single disk'));
  await expect.poll(() => disks.partNames('main')).toEqual(['ESP', 'root']);
  await draw(hands, disks);
  await expect(page.getByRole('button', { name: /^[0-9]+ errors?$/ })).toHaveCount(0);
  await hands.press(disks.saveIntoFleet);
  const dialog = window.dialog(/^Save .* into the fleet$/);
  await hands.write(dialog.getByLabel('File in the fleet'), file);
  await hands.press(dialog.getByRole('button', { name: 'Save', exact: true }));
  await expect(dialog).toHaveCount(0);
  await hands.press(page.getByRole('button', { name: 'Choose another layout' }));
  await expect(page.getByRole('heading', { name: 'Begin with a recipe' })).toBeVisible();
}

test('three layouts are drawn by mouse and the same three by keyboard alone, and both write the same files', async ({
  home,
  window,
}) => {
  // Six layouts, drawn one after the other.
  test.setTimeout(240_000);
  const fleet = await home.fleet({ vault: {} });
  await window.openFleet(fleet.path);
  await window.goTo('Disks');
  const ways = { mouse: byMouse(window.page), keyboard: byKeyboard(window.page) };
  for (const drawing of drawings) {
    const files = [`${drawing.name}.nix`, `${drawing.name}-settings.nix`];
    for (const [way, hands] of Object.entries(ways)) {
      const folder = `hosts/vault/${way}`;
      await test.step(`${drawing.name} by ${way}`, async () => {
        await drawAndSave(window, hands, drawing, `${folder}/${drawing.name}.nix`);
        for (const file of files) {
          const written = await readFile(join(fleet.path, folder, file), 'utf8');
          expect(written).toBe(await readFile(join(expected, file), 'utf8'));
        }
      });
    }
  }
});
