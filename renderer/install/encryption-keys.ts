import type { InstallOptions } from '../../shared/contract/install.ts';
import { isSet, type Layout } from '../../shared/disko/layout.ts';
import { itemsOf } from '../../shared/disko/walk.ts';

/**
 * Paths on the installer where a layout's encrypted containers look for their keys while they are made; each once, in the
 * order of the layout.
 */
export function wantedKeyPaths(layout: Layout): string[] {
  const paths = itemsOf(layout)
    .filter(({ type }) => type === 'luks')
    .flatMap(({ value }) => {
      const settings = value['settings'];
      return [value['passwordFile'], value['keyFile'], isSet(settings) ? settings['keyFile'] : undefined];
    })
    .filter((path) => typeof path === 'string');
  return [...new Set(paths)];
}

/** Names of encrypted containers for which disko would stop in the middle of an install and ask. */
export function askingContainers(layout: Layout): string[] {
  return itemsOf(layout)
    .filter(({ type, value }) => {
      const settings = value['settings'];
      const hasKeyFile = isSet(settings) && typeof settings['keyFile'] === 'string';
      return type === 'luks' && typeof value['passwordFile'] !== 'string' && !hasKeyFile;
    })
    .map(({ value, name }) => (typeof value['name'] === 'string' ? value['name'] : name));
}

/** The keys that a layout wants now: what was chosen for a path stays, and the others are asked for. */
export function keysFor(layout: Layout, chosen: InstallOptions['encryptionKeys']): InstallOptions['encryptionKeys'] {
  return wantedKeyPaths(layout).map(
    (remotePath) => chosen.find((key) => key.remotePath === remotePath) ?? { remotePath, from: { kind: 'ask' } },
  );
}
