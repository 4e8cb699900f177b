import type { Store } from '../store/open.ts';
import { procedures } from './base.ts';

/** `settings.*`: what a person chose. */
export function settingsProcedures(store: Pick<Store, 'settings'>) {
  return {
    get: procedures.settings.get.handler(() => store.settings.get()),
    set: procedures.settings.set.handler(({ input }) => store.settings.set(input)),
  };
}
