import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approvedBefore, asApproved } from '../../../../../electron/engine/deploy/approved.ts';
import {
  onlyApproved,
  whyKeysRefused,
  withApprovedKeys,
} from '../../../../../electron/engine/deploy/keys/approved-keys.ts';
import { previewHosts } from '../../../../../electron/engine/deploy/plan.ts';
import { deploySpec, type DeploySpec } from '../../../../../electron/engine/deploy/spec.ts';
import { fingerprint } from '../../../../../electron/engine/fleet/fingerprint.ts';
import { findFleetFolder } from '../../../../../electron/engine/fleet/folder.ts';
import { hostName } from '../../../../../shared/contract/ids.ts';

const { signal } = new AbortController();
const planned = { before: '/old', outPath: '/new', drvPath: '/new.drv', stateVersion: null };
const vault = hostName.parse('vault');

/** A deploy of what a plan found: of a host with keys, and of one without. */
function spec(more: Partial<DeploySpec> = {}): DeploySpec {
  const host = { source: 'colmenaHive', target: null, buildOnTarget: false, privilegeCommand: [], sshOptions: [] };
  const keys = { source: 'colmenaHive', names: ['token'] };
  const parsed = deploySpec.parse({
    version: 1,
    goal: 'switch',
    fleet: { name: 'home', path: '/fleet', ref: 'path:/fleet', form: 'flake' },
    fingerprint: 'then',
    hosts: [
      { ...host, name: 'vault', keys, planned, refusal: null },
      { ...host, name: 'plain', planned, refusal: null },
    ],
    sshFolder: '/ssh',
  });
  return { ...parsed, ...more };
}

const refusals = ({ hosts }: Pick<DeploySpec, 'hosts'>) => hosts.map(({ refusal }) => refusal?.code ?? null);
const refused = ['deploy-plan-outdated', null];

test('keys are brought from the files of the plan alone, by whatever program', () => {
  const [host, plain] = spec().hosts;
  if (host === undefined || plain === undefined) throw new Error('two hosts');
  const why = (more: Partial<DeploySpec>, now: string | null, of = host) =>
    whyKeysRefused(spec(more), of, now)?.evidence ?? null;
  expect(why({}, 'then')).toBeNull();
  expect(why({}, 'now')).toContain('planned: then\nnow: now');
  expect(why({ engine: 'colmena' }, 'now')).toContain('now: now');
  expect(why({ goal: 'keys' }, 'now')).toContain('now: now');
  // What nobody can tell, nobody has approved.
  expect(why({}, null)).toContain('cannot be told');
  expect(why({ fingerprint: null }, null)).toContain('cannot be told');
  expect(whyKeysRefused(spec(), host, 'now')?.advice).toEqual(['Make a new plan and look at it.']);
  // Nothing is brought, or nothing was approved.
  expect(why({}, 'now', plain)).toBeNull();
  expect(why({ goal: 'build' }, 'now')).toBeNull();
  expect(why({ rollbackTo: 'previous' }, 'now')).toBeNull();
  expect(why({}, 'now', { ...host, planned: null })).toBeNull();
  // A host that comes later is given what its commit says.
  expect(why({ waitsForHosts: true, fingerprint: null }, null)).toBeNull();
  expect(why({ waitsForHosts: true, fingerprint: null, engine: 'colmena' }, null)).toBeNull();
});

test('who carries out a plan sees before it which keys were not approved, also when it is tried again', () => {
  const approved = { plan: null, fingerprint: 'then', commit: null, changes: {} };
  const hosts = new Map([...spec().hosts].map(({ name }) => [name, { planned }]));
  const wanted = { ...spec({ fingerprint: 'now' }), hosts: spec().hosts.map((host) => ({ ...host, planned: null })) };
  const changed = asApproved(wanted, { ...approved, hosts });
  expect(refusals({ hosts: changed.hosts })).toEqual(refused);
  expect(previewHosts(changed)[0]?.refusal?.advice).toContain('Make a new plan and look at it.');
  const again = approvedBefore({ spec: JSON.parse(JSON.stringify(changed)) as typeof changed, changes: {} });
  if (again === null) throw new Error('nothing was approved');
  expect(refusals(asApproved(wanted, again))).toEqual(refused);
  expect(refusals(asApproved({ ...wanted, fingerprint: 'then' }, again))).toEqual([null, null]);
});

test('the files are looked at again when it begins, and when the keys were read', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'approved-keys-'));
  const flake = join(folder.path, 'flake.nix');
  writeFileSync(flake, '{ outputs = _: { }; }');
  const { ref } = findFleetFolder(folder.path);
  const fleet = { name: 'home', path: folder.path, ref, form: 'flake' as const };
  const begun = spec({ fleet, fingerprint: await fingerprint(findFleetFolder(folder.path)) });
  expect(refusals(await withApprovedKeys(begun, signal))).toEqual([null, null]);
  const read = (): Promise<string[]> | undefined =>
    onlyApproved(begun, new Map([[vault, Promise.resolve(['token'])]]), signal).get(vault);
  await expect(read()).resolves.toEqual(['token']);

  writeFileSync(flake, '{ outputs = _: { other = 1; }; }');
  expect(refusals(await withApprovedKeys(begun, signal))).toEqual(refused);
  await expect(read()).rejects.toThrow('others than when the plan was made');
});
