import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHome, type Home } from '../../../../electron/engine/home.ts';
import { openStore, type Store } from '../../../../electron/engine/store/open.ts';

/** A home folder that is gone after the test. */
export function temporaryHome(): Home & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'nixstead-store-'));
  const home = openHome({ NIXSTEAD_HOME: root });
  return { ...home, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** A fresh store in a home of its own. */
export function temporaryStore(): Store & { home: Home } {
  const home = temporaryHome();
  const { store } = openStore(home);
  return {
    ...store,
    home,
    [Symbol.dispose]: () => {
      store[Symbol.dispose]();
      home[Symbol.dispose]();
    },
  };
}
