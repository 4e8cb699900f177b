import { expect, test } from 'vitest';
import { brokenBut, type Broken } from '../../../../../electron/engine/deploy/health/broken.ts';
import { HostHealth } from '../../../../../electron/engine/deploy/health/host-health.ts';
import type { HostSession } from '../../../../../electron/engine/deploy/host-session.ts';
import { parseBroken } from '../../../../../electron/engine/deploy/reboot/boot-guard.ts';
import type { HealthCheck } from '../../../../../shared/contract/health.ts';
import { hostName } from '../../../../../shared/contract/ids.ts';

const trying = { afterSeconds: 0, withinSeconds: 0, everySeconds: 0.1, timeoutSeconds: 2 };
const checks: HealthCheck[] = [
  { ...trying, name: 'web', kind: 'unit', unit: 'web.service' },
  { ...trying, name: 'mail', kind: 'unit', unit: 'mail.service' },
  { ...trying, name: 'units', kind: 'failed-units' },
];
const signal = new AbortController().signal;

/** A host on which these are active, and these failed. */
function hostWith(active: readonly string[], failed: readonly string[]): HostSession {
  return {
    place: 'nas',
    isOpen: true,
    isRoot: true,
    exec: async (argv) => {
      const isList = argv[0] === 'sh';
      const exitCode = isList || active.includes(argv.at(-1) ?? '') ? 0 : 3;
      return { exitCode, signal: null, stdout: isList ? failed.join('\n') : '', stderr: '' };
    },
    [Symbol.dispose]: () => undefined,
  };
}

function health(known: Broken = { units: ['old.service'], checks: ['mail'] }): HostHealth {
  const context = { emit: () => undefined, log: () => undefined };
  return new HostHealth({
    context,
    host: hostName.parse('nas'),
    checks,
    place: { privilege: [], fleetFolder: '/' },
    known,
  });
}
const states = async (of: HostHealth, session: HostSession) => {
  const results = await of.run(session, { signal, until: Date.now() + 1000, onProgress: () => undefined });
  return results.map(({ state }) => state);
};

test('what is known to have been broken, or was found so, does not count afterwards', async () => {
  const looked = health();
  looked.lookBefore(hostWith([], ['old.service']), signal);
  expect(await looked.broken()).toEqual({ units: ['old.service'], checks: ['mail', 'web'] });
  expect(await states(looked, hostWith([], ['old.service']))).toEqual(['broken-before', 'broken-before', 'passed']);
  // Whoever looks again, over another connection and from another place, has it handed on.
  const again = health(await looked.broken());
  expect(await states(again, hostWith([], ['new.service']))).toEqual(['broken-before', 'broken-before', 'failed']);
  const unaware = health({ units: [], checks: [] });
  expect(await states(unaware, hostWith([], ['old.service']))).toEqual(['failed', 'failed', 'failed']);
});

test('a check that must be well counts however it was found', () => {
  const known = { units: ['old.service'], checks: ['mail', 'web'] };
  expect(brokenBut(known, checks, [])).toEqual(known);
  expect(brokenBut(known, checks, ['web', 'gone'])).toEqual({ units: ['old.service'], checks: ['mail'] });
  expect(brokenBut(known, checks, ['units'])).toEqual({ units: [], checks: ['mail', 'web'] });
});

test('a host keeps it with its next boot, and what an earlier version wrote knows nothing', () => {
  const broken = { units: ['old.service'], checks: ['a "name"\nwith two lines'] };
  expect(parseBroken(`${JSON.stringify(broken)}\n`)).toEqual(broken);
  for (const line of ['', 'x', '{"units":[]}']) expect(parseBroken(line)).toEqual({ units: [], checks: [] });
});
