/** The parts of a flake reference, as flake.lock has them (nix manual, “nix flake”, “Flake references”). */
export interface ReferenceParts {
  readonly type?: string | undefined;
  readonly owner?: string | undefined;
  readonly repo?: string | undefined;
  readonly host?: string | undefined;
  readonly ref?: string | undefined;
  readonly rev?: string | undefined;
  readonly url?: string | undefined;
  readonly path?: string | undefined;
  readonly id?: string | undefined;
  readonly dir?: string | undefined;
}

const forges = new Set(['github', 'gitlab', 'sourcehut']);
const REVISION = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** True for a whole commit hash, as nix wants one. */
export function isRevision(text: string): boolean {
  return REVISION.test(text);
}

function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

/** A reference as a person writes it: `github:NixOS/nixpkgs/nixos-25.11`, `git+ssh://…?ref=main`, `path:/etc/nixos`. */
export function formatReference(parts: ReferenceParts): string {
  const { type = '', owner, repo, host, ref, rev, url, path, id, dir } = parts;
  if (forges.has(type)) {
    const branch = rev ?? ref;
    return `${type}:${owner ?? '?'}/${repo ?? '?'}${branch === undefined ? '' : `/${branch}`}${queryOf({ host, dir })}`;
  }
  if (type === 'git' || type === 'hg') {
    const [base = '', query = ''] = (url ?? '').split('?', 2);
    const more = queryOf({ ref, rev, dir });
    return `${type}+${base}${query === '' ? more : `?${query}${more.replace('?', '&')}`}`;
  }
  if (type === 'path') return `path:${path ?? ''}${queryOf({ dir })}`;
  if (type === 'indirect') return [id, ref, rev].filter((part) => part !== undefined).join('/');
  return `${url ?? path ?? type}${(url ?? '').includes('?') ? '' : queryOf({ dir })}`;
}

/** `owner/repo/…` of a forge, with what stands around it. */
const forgeUrl = /^(?<start>(?:github|gitlab|sourcehut):[^/?#]+\/[^/?#]+)(?:\/(?<branch>[^?#]+))?(?<rest>\?[^#]*)?$/;
const gitUrl = /^(?<start>git(?:\+[a-z]+)?:\/{1,2}[^?#]+)(?<rest>\?[^#]*)?$/;
const registryUrl = /^(?<start>(?:flake:)?[a-zA-Z][a-zA-Z0-9_-]*)(?:\/(?<branch>[^?#:]+))?$/;

/** The parameters of a query without some of them; the others stay as they were written. */
function withoutParameters(rest: string | undefined, names: readonly string[]): string[] {
  const given = (rest ?? '').replace(/^\?/, '').split('&');
  return given.filter((parameter) => parameter !== '' && !names.includes(parameter.split('=')[0] ?? ''));
}

function withQuery(start: string, parameters: readonly string[]): string {
  return parameters.length === 0 ? start : `${start}?${parameters.join('&')}`;
}

/** The reference that always means one revision; null where its kind cannot say one (a path, an archive). */
export function pinnedReference(url: string, revision: string): string | null {
  const forge = forgeUrl.exec(url)?.groups;
  if (forge) return withQuery(`${forge['start']}/${revision}`, withoutParameters(forge['rest'], ['ref', 'rev']));
  const git = gitUrl.exec(url)?.groups;
  if (git) return withQuery(git['start'] ?? '', [...withoutParameters(git['rest'], ['rev']), `rev=${revision}`]);
  const registry = registryUrl.exec(url)?.groups;
  if (!registry) return null;
  const branch = registry['branch']?.split('/').find((part) => !isRevision(part));
  return [registry['start'], branch, revision].filter((part) => part !== undefined).join('/');
}

/** The reference without its revision; null where it names none. A forge's then means the default branch. */
export function unpinnedReference(url: string): string | null {
  const forge = forgeUrl.exec(url)?.groups;
  if (forge) {
    const parameters = withoutParameters(forge['rest'], ['rev']);
    const named = parameters.length !== withoutParameters(forge['rest'], []).length;
    if (isRevision(forge['branch'] ?? '')) return withQuery(forge['start'] ?? '', parameters);
    return named ? withQuery(`${forge['start']}${forge['branch'] ? `/${forge['branch']}` : ''}`, parameters) : null;
  }
  const git = gitUrl.exec(url)?.groups;
  if (git) {
    const parameters = withoutParameters(git['rest'], ['rev']);
    const isNamed = parameters.length !== withoutParameters(git['rest'], []).length;
    return isNamed ? withQuery(git['start'] ?? '', parameters) : null;
  }
  const registry = registryUrl.exec(url)?.groups;
  const parts = registry?.['branch']?.split('/') ?? [];
  if (!registry || !parts.some(isRevision)) return null;
  return [registry['start'], ...parts.filter((part) => !isRevision(part))].join('/');
}
