const storeEntry = /^\/[^']*?\/[0-9a-z]{32}-([^/]+?)(?:\.drv)?$/;

/** `/nix/store/<hash>-web-frontend-1.0.drv` → `web-frontend-1.0`; another text is given back as it is. */
export function derivationName(storePath: string): string {
  return storeEntry.exec(storePath)?.[1] ?? storePath;
}

/**
 * What `nix build -L` puts before a build's log lines: the name up to the first dash that no letter follows (nix's
 * `DrvName`, src/libstore/names.cc): `web-frontend-1.0` → `web-frontend`.
 */
export function packageName(derivation: string): string {
  const dash = /-[^A-Za-z]/.exec(derivation);
  return dash === null ? derivation : derivation.slice(0, dash.index);
}

/** `/nix/store/<hash>-web-frontend-1.0.drv` → `web-frontend> `, dimmed as nix does it. */
export function logPrefix(drv: string): string {
  return `\u001b[2m${packageName(derivationName(drv))}> \u001b[0m`;
}
