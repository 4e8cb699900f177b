import { tryNixHost } from '../nix-host/try.ts';
import type { EngineParts } from '../parts.ts';
import { procedures } from './base.ts';

/** `settings.*`: what a person chose. */
export function settingsProcedures({ store, files, nixHost }: Pick<EngineParts, 'store' | 'files' | 'nixHost'>) {
  const { settings } = procedures;
  return {
    get: settings.get.handler(() => store.settings.get()),
    set: settings.set.handler(({ input }) => {
      const changed = store.settings.set(input);
      nixHost.use(changed.nixHost);
      return changed;
    }),
    tryNixHost: settings.tryNixHost.handler(({ input, signal }) =>
      tryNixHost(input.place, input.accepted, files, signal),
    ),
  };
}
