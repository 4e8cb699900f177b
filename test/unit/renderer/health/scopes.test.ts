import { expect, test } from 'vitest';
import { checksOfHost, hostsOfScope, scopeOf, scopeText, tallyChecks } from '../../../../renderer/health/scopes.ts';
import { hostName } from '../../../../shared/contract/ids.ts';
import type { HealthResult, ScopeChecks } from '../../../../shared/contract/health.ts';
import { safetyFile, safetyOf } from '../../../../shared/fleet/safety.ts';

const [nas, web, odd] = ['nas', 'web', 'odd'].map((name) => hostName.parse(name));
if (!nas || !web || !odd) throw new Error('Three names make three hosts');
const hosts = [
  { name: nas, tags: ['disks', 'web'] },
  { name: web, tags: ['web'] },
  { name: odd, tags: [] },
];
const written: Omit<ScopeChecks, 'watchdog'>[] = [
  { scope: { kind: 'defaults' }, checks: [{ 'no-new-failed-units': true }] },
  { scope: { kind: 'tag', name: 'web' }, checks: [{ tcp: 80 }, { tcp: 443 }] },
  { scope: { kind: 'tag', name: 'disks' }, checks: [{ unit: 'smartd' }] },
  { scope: { kind: 'host', name: 'nas' }, checks: [{ unit: 'smbd' }] },
];
const all = written.map((each): ScopeChecks => ({ ...each, watchdog: null }));

test('a scope is one word and back', () => {
  for (const { scope } of all) expect(scopeOf(scopeText(scope))).toEqual(scope);
  expect(hostsOfScope({ kind: 'tag', name: 'web' }, hosts)).toEqual(['nas', 'web']);
});

test('the checks of a host come in the order in which a deploy runs them', () => {
  const file = safetyFile.parse({
    defaults: { health: all[0]?.checks },
    tags: { web: { health: all[1]?.checks }, disks: { health: all[2]?.checks } },
    hosts: { nas: { health: all[3]?.checks } },
  });
  const host = { name: 'nas', tags: ['disks', 'web'], address: '10.0.0.2' };
  const mine = checksOfHost({ name: nas, tags: host.tags }, all).map(({ check }) => check.unit ?? check.tcp ?? 'none');
  expect(mine).toEqual(['none', 'smartd', 80, 443, 'smbd']);
  expect(safetyOf(file, host).checks.map(({ kind }) => kind)).toEqual(['failed-units', 'unit', 'tcp', 'tcp', 'unit']);
});

test('answers of hosts are counted for each check; hosts that could not be asked count nowhere, nor what was not tried', () => {
  const result = (state: HealthResult['state'], detail: string): HealthResult => ({
    name: '',
    kind: '',
    state,
    detail,
    tries: 1,
  });
  const passed = result('passed', 'fine');
  const problem = { code: 'x', title: 'x', evidence: '', advice: [] };
  const tallies = tallyChecks(
    [
      { host: nas, problem: null, results: [passed, passed, result('failed', 'refused'), passed, passed] },
      { host: web, problem, results: [passed, result('waiting', ''), result('failed', 'no answer')] },
      { host: odd, problem, results: [] },
    ],
    hosts,
    all,
  );
  expect(tallies.get('defaults * 0')).toMatchObject({ passed: 2, failed: [] });
  expect(tallies.get('tag @web 0')).toMatchObject({ passed: 0, failed: [{ host: 'nas', detail: 'refused' }] });
  expect(tallies.get('tag @web 1')).toMatchObject({ passed: 1, failed: [{ host: 'web', detail: 'no answer' }] });
  expect(tallies.get('tag @disks 0')).toMatchObject({ passed: 1, detail: 'fine' });
  expect(tallies.get('host nas 0')).toMatchObject({ passed: 1 });
});
