import type { InstallOptions } from '../../shared/contract/install.ts';
import { isSet, withValue, type Layout } from '../../shared/disko/layout.ts';
import { itemsOf, type Item } from '../../shared/disko/walk.ts';

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

const isAsking = ({ type, value }: Item): boolean => {
  const settings = value['settings'];
  const hasKeyFile = isSet(settings) && typeof settings['keyFile'] === 'string';
  return type === 'luks' && typeof value['passwordFile'] !== 'string' && !hasKeyFile;
};

/** Names of encrypted containers for which disko would stop in the middle of an install and ask. */
export function askingContainers(layout: Layout): string[] {
  return itemsOf(layout)
    .filter(isAsking)
    .map(({ value, name }) => (typeof value['name'] === 'string' ? value['name'] : name));
}

/** The layout with one file on the installer for the passphrase of all containers that disko would ask about. */
export function withPasswordFile(layout: Layout): Layout {
  return itemsOf(layout)
    .filter(isAsking)
    .reduce<Layout>((changed, { path }) => {
      const next = withValue(changed, [...path, 'passwordFile'], '/tmp/secret.key');
      return isSet(next) ? next : changed;
    }, layout);
}

/** The keys that a layout wants now: what was chosen for a path stays, and the others are asked for. */
export function keysFor(layout: Layout, chosen: InstallOptions['encryptionKeys']): InstallOptions['encryptionKeys'] {
  return wantedKeyPaths(layout).map(
    (remotePath) => chosen.find((key) => key.remotePath === remotePath) ?? { remotePath, from: { kind: 'ask' } },
  );
}
