import { describe, expect, it, vi } from 'vitest';
import { allowedExternalUrl } from '../../../shared/doors/external-links.ts';
import { menuTemplate } from '../../../electron/shell/menu.ts';
import { StandInMenu } from '../../lab/electron-stand-in/desktop.ts';

function menuOf(platform: NodeJS.Platform, isDevelopment = false) {
  const actions = { openFleet: vi.fn(), openExternal: vi.fn() };
  const menu = new StandInMenu(menuTemplate({ platform, appName: 'Nixstead', isDevelopment }, actions));
  return { menu, actions, roles: menu.items.map(({ role }) => role) };
}

describe('the application menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('has what every app has on %s', (platform) => {
    const { roles } = menuOf(platform);
    for (const role of [
      'quit',
      'undo',
      'redo',
      'cut',
      'copy',
      'paste',
      'selectAll',
      'zoomIn',
      'zoomOut',
      'resetZoom',
      'togglefullscreen',
      'minimize',
      'close',
      'about',
    ]) {
      expect(roles).toContain(role);
    }
  });

  it('is led by the menu with the name of the app on macOS alone', () => {
    expect(menuOf('darwin').menu.template[0]?.label).toBe('Nixstead');
    expect(menuOf('darwin').roles).toEqual(
      expect.arrayContaining(['hide', 'hideOthers', 'unhide', 'services', 'front']),
    );
    expect(menuOf('linux').menu.template[0]?.label).toBe('&File');
  });

  it('does something with every item', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      for (const item of menuOf(platform, true).menu.items) {
        expect(item.type === 'separator' || item.role !== undefined || item.click !== undefined, item.label).toBe(true);
      }
    }
  });

  it('shows reload and the developer tools only to those who develop', () => {
    expect(menuOf('linux').roles).not.toContain('toggleDevTools');
    expect(menuOf('linux', true).roles).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']));
  });

  it('opens a fleet, and links that are allowed', () => {
    const { menu, actions } = menuOf('linux');
    menu.click('Open Fleet…');
    expect(actions.openFleet).toHaveBeenCalledOnce();
    const links = menu.items.filter(({ click, id }) => click !== undefined && id !== 'open-fleet');
    for (const { label } of links) menu.click(label ?? '');
    expect(actions.openExternal).toHaveBeenCalledTimes(2);
    for (const [url] of actions.openExternal.mock.calls) expect(allowedExternalUrl(String(url))).toBe(url);
  });
});
