import type { MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  /** Asks for a folder and opens it as a fleet. */
  openFleet(): void;
  openExternal(url: string): void;
}

export interface MenuFacts {
  readonly platform: NodeJS.Platform;
  readonly appName: string;
  /** From source: the developer's items are there too. */
  readonly isDevelopment: boolean;
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

/**
 * The application menu with the items that each platform's users expect where they expect them. What the app itself
 * offers is in its command palette; here is only what works without a page.
 */
export function menuTemplate(facts: MenuFacts, actions: MenuActions): MenuItemConstructorOptions[] {
  const isMac = facts.platform === 'darwin';
  return [
    ...(isMac ? [appMenu(facts.appName)] : []),
    {
      label: '&File',
      submenu: [
        { id: 'open-fleet', label: 'Open Fleet…', accelerator: 'CmdOrCtrl+O', click: () => actions.openFleet() },
        separator,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { label: '&Edit', submenu: editItems(isMac) },
    {
      label: '&View',
      submenu: [
        ...(facts.isDevelopment
          ? ([{ role: 'reload' }, { role: 'toggleDevTools' }, separator] satisfies MenuItemConstructorOptions[])
          : []),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: '&Window',
      role: 'window',
      submenu: isMac
        ? [{ role: 'minimize' }, { role: 'zoom' }, separator, { role: 'front' }]
        : [{ role: 'minimize' }, { role: 'close' }],
    },
    {
      label: '&Help',
      role: 'help',
      submenu: [
        link('NixOS Manual', 'https://nixos.org/manual/nixos/stable/', actions),
        link('NixOS Packages and Options', 'https://search.nixos.org/', actions),
        ...(isMac ? [] : ([separator, { role: 'about' }] satisfies MenuItemConstructorOptions[])),
      ],
    },
  ];
}

function appMenu(label: string): MenuItemConstructorOptions {
  return {
    label,
    submenu: [
      { role: 'about' },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
}

function editItems(isMac: boolean): MenuItemConstructorOptions[] {
  return [
    { role: 'undo' },
    { role: 'redo' },
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    ...(isMac ? ([{ role: 'pasteAndMatchStyle' }] satisfies MenuItemConstructorOptions[]) : []),
    { role: 'delete' },
    { role: 'selectAll' },
  ];
}

function link(label: string, url: string, actions: MenuActions): MenuItemConstructorOptions {
  return { label, click: () => actions.openExternal(url) };
}
