import type {
  Dialog,
  Display,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  OpenDialogOptions,
  Shell,
} from 'electron';

/** What a person would answer to the next dialogs, in order; where nothing is prepared they are closed. */
export interface PreparedAnswers {
  readonly folders: string[];
  readonly buttons: number[];
}

/** Electron's `dialog`: tells what is asked and gives the prepared answers. */
export class StandInDialog {
  readonly prepared: PreparedAnswers = { folders: [], buttons: [] };
  /** Told about every dialog, when it would appear. */
  onAsked: (options: OpenDialogOptions | MessageBoxOptions) => void = () => undefined;

  // With and without a parent window, as Electron declares them.
  async showOpenDialog(...args: unknown[]): ReturnType<Dialog['showOpenDialog']> {
    this.onAsked(args.at(-1) as OpenDialogOptions);
    const folder = this.prepared.folders.shift();
    return folder === undefined ? { canceled: true, filePaths: [] } : { canceled: false, filePaths: [folder] };
  }

  async showMessageBox(...args: unknown[]): ReturnType<Dialog['showMessageBox']> {
    const options = args.at(-1) as MessageBoxOptions;
    this.onAsked(options);
    return { response: this.prepared.buttons.shift() ?? options.cancelId ?? 0, checkboxChecked: false };
  }

  showMessageBoxSync(...args: unknown[]): ReturnType<Dialog['showMessageBoxSync']> {
    const options = args.at(-1) as MessageBoxOptions;
    this.onAsked(options);
    return this.prepared.buttons.shift() ?? options.cancelId ?? 0;
  }

  showErrorBox(title: string, content: string): void {
    this.onAsked({ message: title, detail: content });
  }
}

/** A menu as it was described; `click` presses the item with a label. */
export class StandInMenu {
  static application: StandInMenu | null = null;
  readonly template: MenuItemConstructorOptions[];

  constructor(template: MenuItemConstructorOptions[]) {
    this.template = template;
  }

  static buildFromTemplate(template: MenuItemConstructorOptions[]): StandInMenu {
    return new StandInMenu(template);
  }

  static setApplicationMenu(menu: StandInMenu | null): void {
    StandInMenu.application = menu;
  }

  get items(): MenuItemConstructorOptions[] {
    return this.template.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
  }

  click(label: string): void {
    const item = this.items.find((candidate) => candidate.label === label);
    if (!item?.click) throw new Error(`The menu has no item ${label} that does something of its own`);
    // Roles and the window it was pressed in are nothing that this project's items look at.
    Reflect.apply(item.click, item, []);
  }
}

/** One ordinary screen with a panel at the top. */
export class StandInScreen {
  readonly display: Pick<Display, 'bounds' | 'workArea'> = {
    bounds: { x: 0, y: 0, width: 1920, height: 1080 },
    workArea: { x: 0, y: 32, width: 1920, height: 1048 },
  };

  getAllDisplays = (): Display[] => [this.display as Display];
  getPrimaryDisplay = (): Display => this.display as Display;
}

/** Electron's `shell`: remembers what would have been opened in the user's browser. */
export class StandInShell {
  readonly opened: string[] = [];

  async openExternal(...[url]: Parameters<Shell['openExternal']>): Promise<void> {
    this.opened.push(url);
  }
}
