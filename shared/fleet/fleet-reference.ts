/**
 * Flake references as nix takes them (`nix flake --help`, "Flake references"). Only those with a scheme count: a plain
 * path is a folder of this computer, which can be edited.
 */

/** A scheme has two letters at least: `C:\fleet` is a path. */
const scheme = /^[a-z][a-z0-9]+(?:\+[a-z0-9]+)*:/i;

/** True for `github:owner/repo`, `git+ssh://…`, `path:/…` and the like, which are opened read only. */
export function isFlakeReference(text: string): boolean {
  return scheme.test(text.trim());
}

/** A reference as it is given to nix: without the `#attribute` that commands take, which is no part of the flake. */
export function withoutFragment(reference: string): string {
  const text = reference.trim();
  const at = text.indexOf('#');
  return at === -1 ? text : text.slice(0, at);
}

/** What a person calls the fleet behind a reference: `repo` of `github:owner/repo/branch?dir=x`. */
export function nameOfReference(reference: string): string {
  const [address = '', query = ''] = withoutFragment(reference).split('?');
  const path = address.replace(scheme, '').replace(/^\/\/[^/]*/, '');
  const parts = path.split('/').filter((part) => part !== '');
  // The forges' short forms are owner, repository and perhaps a branch or revision.
  const isForge = /^(?:github|gitlab|sourcehut):/i.test(address);
  const name = (isForge ? parts[1] : parts.at(-1)) ?? parts.at(-1) ?? address;
  const dir = query
    .split('&')
    .find((part) => part.startsWith('dir='))
    ?.slice('dir='.length);
  return decoded(name.replace(/\.(?:git|tar(?:\.[a-z0-9]+)?|tgz|zip)$/i, '')) + (dir ? `/${decoded(dir)}` : '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
