import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { ZodError } from 'zod';
import type { EngineName } from '../../../shared/contract/deploy.ts';
import type { SafetyScope, ScopeChecks } from '../../../shared/contract/health.ts';
import type { Host } from '../../../shared/contract/host.ts';
import type { WavePlan } from '../../../shared/contract/waves.ts';
import type { Place, Problem } from '../../../shared/contract/problem.ts';
import { safetyFile, safetyOf, type HostSafety, type SafetyFile } from '../../../shared/fleet/safety.ts';
import { isUnread } from '../../../shared/fleet/unread.ts';
import { ProblemError } from '../errors.ts';

export const safetyFileName = 'nixstead.toml';

/** What a fleet's nixstead.toml says, for any of its hosts. */
export class Safety {
  readonly #path: string;
  readonly #file: SafetyFile;

  constructor(path: string, file: SafetyFile) {
    this.#path = path;
    this.#file = file;
  }

  /** What the fleet is deployed with unless somebody says otherwise; null: what the flake offers. */
  get engine(): EngineName | null {
    return this.#file.engine ?? null;
  }

  /** Which hosts go before others; null: all at once. */
  get waves(): WavePlan | null {
    return this.#file.waves ?? null;
  }

  /** Health checks and watchdogs as they are written, for whom they are. */
  get checks(): ScopeChecks[] {
    const { defaults, tags = {}, hosts = {} } = this.#file;
    const all: [SafetyScope, SafetyFile['defaults']][] = [
      [{ kind: 'defaults' }, defaults],
      ...Object.entries(tags).map(([name, part]): (typeof all)[number] => [{ kind: 'tag', name }, part]),
      ...Object.entries(hosts).map(([name, part]): (typeof all)[number] => [{ kind: 'host', name }, part]),
    ];
    return all.flatMap(([scope, { health = [], watchdog = null } = {}]) =>
      health.length > 0 || watchdog !== null ? [{ scope, checks: [...health], watchdog }] : [],
    );
  }

  /** @throws ProblemError `safety-file-wrong` where a check cannot be */
  of(host: Parameters<typeof safetyOf>[1]): HostSafety {
    return readable(this.#path, () => safetyOf(this.#file, host));
  }

  /**
   * @param fleet all its hosts
   * @throws ProblemError `safety-file-unknown-host`, `safety-file-unknown-tag`: a mistyped name would leave hosts without
   * their checks
   */
  mustKnow(fleet: readonly Pick<Host, 'name' | 'tags' | 'problem'>[]): void {
    const names = new Set<string>(fleet.map(({ name }) => name));
    const host = Object.keys(this.#file.hosts ?? {}).find((name) => !names.has(name));
    if (host !== undefined) throw unknownPart(this.#path, 'host', host);
    if (fleet.some(isUnread)) return;
    const known = new Set(fleet.flatMap(({ tags }) => tags));
    const tag = Object.keys(this.#file.tags ?? {}).find((name) => !known.has(name));
    if (tag !== undefined) throw unknownPart(this.#path, 'tag', tag);
  }
}

/**
 * Reads nixstead.toml beside flake.nix; without one, every host has the usual watchdog and no checks.
 * @throws ProblemError `safety-file-wrong`, `safety-file-unreadable`
 */
export async function readSafety(fleetFolder: string): Promise<Safety> {
  const path = join(fleetFolder, safetyFileName);
  const text = await safetyFileText(path);
  const file = text === null ? {} : readable(path, () => safetyFile.parse(parse(text)));
  return new Safety(path, file);
}

/** Its text; null where there is none. @throws ProblemError `safety-file-unreadable` */
export async function safetyFileText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT') return null;
    throw new ProblemError({
      code: 'safety-file-unreadable',
      title: `${safetyFileName} cannot be read`,
      evidence: error.message,
      advice: ['Nothing is deployed without the checks that it may ask for.'],
      place: { file: path },
    });
  }
}

function unknownPart(file: string, kind: 'host' | 'tag', name: string): ProblemError {
  const what = kind === 'host' ? 'a host that the fleet does not have' : 'a tag that no host of the fleet has';
  return new ProblemError({
    code: `safety-file-unknown-${kind}`,
    title: `${safetyFileName} speaks of ${what}: ${name}`,
    evidence: `[${kind}s.${name}]`,
    advice: ['Correct the name, or remove that part of the file.'],
    place: { file },
  });
}

function readable<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof TomlError) {
      const [title = '', ...proof] = error.message.split('\n');
      const place = { file: path, line: error.line, column: error.column };
      throw new ProblemError(wrong(title.replace(/^Invalid TOML document: /, ''), proof.join('\n').trimEnd(), place));
    }
    if (!(error instanceof ZodError)) throw error;
    const [issue] = error.issues;
    throw new ProblemError(wrong(issue?.message ?? error.message, issue?.path.join('.') ?? '', { file: path }));
  }
}

function wrong(reason: string, evidence: string, place: Place): Problem {
  return {
    code: 'safety-file-wrong',
    title: `${safetyFileName} is wrong: ${reason}`,
    evidence,
    advice: ['Correct it; nothing is deployed without the checks that it may ask for.'],
    place,
  };
}
