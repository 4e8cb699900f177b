import { describe, expect, it } from 'vitest';
import {
  planSettings,
  settingRows,
  settingsFor,
  type SettingsQuestion,
} from '../../../../renderer/disks/settings-beside.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { buildRecipe } from '../../../../shared/disko/recipes.ts';
import { EditError } from '../../../../shared/nix/edit.ts';

const disks = ['a', 'b'].map((name) => ({ name, device: `/dev/disk/by-id/ata-${name}` }));
const layout = buildRecipe('mirror-zfs', { disks, firmware: 'uefi', swap: null, hibernation: false });
const question: SettingsQuestion = {
  layout,
  firmware: 'uefi',
  layoutFile: 'hosts/nas/disko.nix',
  layoutText: formatLayout(layout),
  present: null,
  before: [],
  newHostId: '0badcafe',
};

describe('the settings beside a layout', () => {
  it('are a new file that the layout imports', () => {
    const plan = planSettings(question);
    expect(plan).toMatchObject({ file: 'hosts/nas/disko-settings.nix', isImported: true });
    expect(plan?.text).toContain('networking.hostId = "0badcafe";');
    expect(plan?.layoutText).toContain('./disko-settings.nix');
    expect(settingRows(question).every(({ state }) => state === 'missing')).toBe(true);
  });
  it('keep the number that a machine has, and what a person wrote there', () => {
    const present = `{\n  networking.hostId = "11111111"; # of the old NAS\n  boot.loader.grub.enable = false;\n}\n`;
    const plan = planSettings({ ...question, present });
    expect(plan?.text).toContain('networking.hostId = "11111111"; # of the old NAS');
    expect(plan?.text).toContain('boot.loader.grub.enable = false;');
    expect(plan?.kept.map(({ path }) => path.join('.'))).toContain('boot.loader.grub.enable');
    const states = Object.fromEntries(
      settingRows({ ...question, present }).map(({ setting, state }) => [setting.path.join('.'), state]),
    );
    expect(states).toMatchObject({ 'networking.hostId': 'written', 'boot.loader.grub.enable': 'otherwise' });
  });
  it('follow the layout where they are as it wanted them', () => {
    const present = planSettings(question)?.text ?? '';
    const before = settingsFor({ ...question, present });
    const single = buildRecipe('single-ext4', {
      disks: disks.slice(0, 1),
      firmware: 'uefi',
      swap: null,
      hibernation: false,
    });
    const plan = planSettings({ ...question, layout: single, layoutText: formatLayout(single), present, before });
    expect(plan?.text).toContain('boot.loader.systemd-boot.enable = true;');
    expect(plan?.text).not.toMatch(/grub|hostId/);
  });
  it('all count as written once they are', () => {
    const present = planSettings(question)?.text ?? '';
    expect(settingRows({ ...question, present }).map(({ state }) => state)).not.toContain('otherwise');
    expect(settingRows({ ...question, present }).map(({ state }) => state)).not.toContain('missing');
  });
  it('are nothing at all where the layout needs nothing', () => {
    expect(planSettings({ ...question, layout: { disk: {} }, firmware: null })).toBeNull();
  });
  it('are not touched where the file beside it is no module', () => {
    expect(() => planSettings({ ...question, present: '{ broken = ; }' })).toThrow(EditError);
  });
  it('are written without an import where the layout is a bare set of disks', () => {
    const plan = planSettings({ ...question, layoutText: '{ disk = { }; }\n' });
    expect(plan).toMatchObject({ isImported: false, layoutText: '{ disk = { }; }\n' });
  });
});
