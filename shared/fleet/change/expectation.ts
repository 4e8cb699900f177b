import type { Host } from '../../contract/host.ts';
import type { HostChange } from './change.ts';

/** Something of a host that is not as it should be after a change. */
export interface Deviation {
  readonly host: string;
  readonly field: 'presence' | 'address' | 'user' | 'port' | 'tags' | 'system' | 'problem' | 'other';
  /** A sentence for a person. */
  readonly text: string;
}

type Facts = Pick<Host, 'system' | 'tags' | 'target' | 'buildOnTarget' | 'allowLocalDeployment' | 'sources'> & {
  readonly rest: string;
  readonly problem: string | null;
};

/** What counts of a host. What nix says in an error names places, which may move. */
function factsOf(host: Host): Facts {
  const { system, tags, target, sources, buildOnTarget, allowLocalDeployment, privilegeCommand, sshOptions, problem } =
    host;
  return {
    ...{ system, target, buildOnTarget, allowLocalDeployment, problem: problem?.code ?? null },
    tags: [...new Set(tags)].sort(),
    sources: [...sources].sort(),
    // The port of deploy-rs is among its options of ssh.
    rest: JSON.stringify([buildOnTarget, allowLocalDeployment, privilegeCommand, withoutPort(sshOptions)]),
  };
}

function withoutPort(options: readonly string[]): string[] {
  return options.filter((option, index) => option !== '-p' && options[index - 1] !== '-p' && !/^-p\d+$/.test(option));
}

/** The hosts that a change should lead to; undefined for a field that may become anything. */
interface Wanted {
  readonly facts: Facts;
  /** Fields that may also stay as they were, or follow from something else. */
  readonly free: ReadonlySet<Deviation['field']>;
  /** An address that is as good: the old one with the new name in it. */
  readonly address?: string;
}

function wanted(hosts: readonly Host[], change: HostChange): Map<string, Wanted> {
  const all = new Map(hosts.map((host): [string, Wanted] => [host.name, { facts: factsOf(host), free: new Set() }]));
  switch (change.kind) {
    case 'add': {
      const { name, system, tags, address, user, port } = change.host;
      const target = address === null ? null : { host: bare(address), user, port };
      const like = change.like === null ? undefined : all.get(change.like);
      const facts = { system, tags: [...new Set(tags)].sort(), target, problem: null };
      const rest = { sources: [], buildOnTarget: false, allowLocalDeployment: false, rest: '' };
      all.set(name, {
        facts: { ...rest, ...like?.facts, ...facts },
        free: new Set(['other', ...(address === null ? (['address', 'user', 'port'] as const) : [])]),
      });
      break;
    }
    case 'rename': {
      const old = all.get(change.name);
      all.delete(change.name);
      if (!old) break;
      const address = old.facts.target?.host.replaceAll(change.name, change.newName);
      all.set(change.newName, { ...old, address });
      break;
    }
    case 'retag':
      for (const name of change.names) {
        const old = all.get(name);
        if (!old) continue;
        const kept = old.facts.tags.filter((tag) => !change.remove.includes(tag));
        all.set(name, { ...old, facts: { ...old.facts, tags: [...new Set([...kept, ...change.add])].sort() } });
      }
      break;
    case 'retarget': {
      const old = all.get(change.name);
      if (!old) break;
      const { target } = old.facts;
      const { address, user = target?.user ?? null, port = target?.port ?? null } = change.target;
      // A target that was refused is what a new one mends.
      const mended = old.facts.problem?.match(/^host-(address|user|port)-refused$/) ? null : old.facts.problem;
      all.set(change.name, {
        ...old,
        facts: { ...old.facts, problem: mended, target: { host: bare(address), user, port } },
        // Nobody said before who logs in, and where.
        free: new Set(target === null ? ['user', 'port'] : []),
      });
      break;
    }
    case 'retire':
      all.delete(change.name);
  }
  return all;
}

function bare(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1');
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How a fleet differs from what a change should have made of it; empty where it did just that. */
export function deviations(before: readonly Host[], change: HostChange, after: readonly Host[]): Deviation[] {
  const should = wanted(before, change);
  const is = new Map(after.map((host): [string, Host] => [host.name, host]));
  const found: Deviation[] = [];
  for (const name of is.keys()) {
    if (!should.has(name)) found.push({ host: name, field: 'presence', text: `${name} would be in the fleet` });
  }
  for (const [name, { facts, free, address }] of should) {
    const host = is.get(name);
    if (!host) {
      found.push({ host: name, field: 'presence', text: `${name} would not be in the fleet` });
      continue;
    }
    const now = factsOf(host);
    const note = (field: Deviation['field'], a: unknown, b: unknown, text: string): void => {
      if (!free.has(field) && !same(a, b)) found.push({ host: name, field, text: `${name} ${text}` });
    };
    note(
      'problem',
      facts.problem,
      now.problem,
      now.problem === null ? 'would be without its problem' : `would fail: ${host.problem?.title}`,
    );
    if (now.problem !== null && facts.problem === null) continue;
    const at = now.target?.host;
    note(
      'address',
      at !== undefined && at === address ? at : facts.target?.host,
      at,
      `would answer at ${now.target?.host ?? 'no address'}`,
    );
    note(
      'user',
      facts.target?.user,
      now.target?.user,
      `would be deployed to as ${now.target?.user ?? 'the user of your ssh configuration'}`,
    );
    note('port', facts.target?.port, now.target?.port, `would answer at port ${now.target?.port ?? 22}`);
    note(
      'tags',
      facts.tags,
      now.tags,
      now.tags.length === 0 ? 'would have no tags' : `would have the tags ${now.tags.join(', ')}`,
    );
    note('system', facts.system, now.system, `would be of the system ${now.system ?? 'unknown'}`);
    note('other', [facts.rest, facts.sources], [now.rest, now.sources], 'would be declared otherwise');
  }
  return found;
}
