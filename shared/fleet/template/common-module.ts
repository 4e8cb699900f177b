import { pathNames } from '../../nix/locate.ts';
import { parseNix } from '../../nix/parser.ts';
import { stringValue } from '../../nix/strings.ts';
import type { AttributeSet, Expression, Let } from '../../nix/syntax.ts';
import type { NewFleet } from './options.ts';

/** What every machine of a fleet has: who logs in, with which keys, and its time zone. */
export interface InCommon extends Pick<NewFleet, 'sshKeys'> {
  readonly adminUser: string | null;
  readonly timeZone: string | null;
}

export const nothingInCommon: InCommon = { adminUser: null, sshKeys: [], timeZone: null };

/**
 * Reads `modules/common.nix` of a fleet that was made here. What somebody has written otherwise since is not known, which
 * null and an empty list say.
 */
export function readCommonModule(text: string): InCommon {
  const { root } = parseNix(text);
  const body = root.kind === 'lambda' ? root.body : root;
  const set = body.kind === 'let' ? body.body : body;
  if (set.kind !== 'attribute-set') return nothingInCommon;
  const settings = flattened(text, set);
  const at = (path: string): Expression | undefined => settings.get(path);
  const names = body.kind === 'let' ? flattened(text, body) : new Map<string, Expression>();
  const keysOf = (user: string): string[] => {
    const value = at(`users.users.${user}.openssh.authorizedKeys.keys`);
    const named = value?.kind === 'identifier' ? names.get(value.name) : value;
    return named?.kind === 'list' ? named.items.flatMap((item) => textOf(text, item) ?? []) : [];
  };
  const users = [...settings.keys()].flatMap((path) => /^users\.users\.([^.]+)\.isNormalUser$/.exec(path)?.[1] ?? []);
  const [adminUser = null] = users;
  const zone = at('time.timeZone');
  return {
    adminUser,
    // Deploying logs in as root: who cannot, is no key of the whole fleet.
    sshKeys: keysOf('root').filter((key) => adminUser === null || keysOf(adminUser).includes(key)),
    timeZone: zone === undefined ? null : textOf(text, zone.kind === 'apply' ? zone.argument : zone),
  };
}

/** What a set says, by whole attribute path; names that only evaluation knows are left out. */
function flattened(source: string, set: AttributeSet | Let, prefix: readonly string[] = []): Map<string, Expression> {
  const found = new Map<string, Expression>();
  for (const item of set.bindings) {
    if (item.kind !== 'binding') continue;
    const names = pathNames(source, item.path.names);
    if (names.includes(null)) continue;
    const path = [...prefix, ...names.map((name) => name ?? '')];
    if (item.value.kind === 'attribute-set') {
      for (const [inner, value] of flattened(source, item.value, path)) found.set(inner, value);
    } else found.set(path.join('.'), item.value);
  }
  return found;
}

function textOf(source: string, value: Expression): string | null {
  return value.kind === 'string' ? stringValue(source, value) : null;
}
