import { describe, expect, test } from 'vitest';
import { safetyFile, safetyOf, secondsFor } from '../../../../shared/fleet/safety.ts';

const of = (file: unknown, host: { name?: string; tags?: string[]; address?: string } = {}) =>
  safetyOf(safetyFile.parse(file), { name: 'nas', tags: [], address: '10.0.0.5', ...host });

describe('the watchdog of a host', () => {
  test('is its own, else the longest of its tags, else the default, else a minute', () => {
    const file = {
      defaults: { watchdog: 90 },
      tags: { slow: { watchdog: 300 }, quick: { watchdog: 20 }, free: { watchdog: 'off' } },
      hosts: { nas: { watchdog: 45 } },
    };
    expect(of({}).watchdogSeconds).toBe(60);
    expect(of(file).watchdogSeconds).toBe(45);
    expect(of(file, { name: 'pi' }).watchdogSeconds).toBe(90);
    expect(of(file, { name: 'pi', tags: ['quick', 'slow', 'free'] }).watchdogSeconds).toBe(300);
    expect(of(file, { name: 'pi', tags: ['free'] }).watchdogSeconds).toBeNull();
  });

  test('waits for the checks to have had their tries', () => {
    const health = [{ tcp: 445, after: 20, within: 60, timeout: 10 }];
    const { watchdogSeconds, checks } = of({ hosts: { nas: { health } } });
    expect(secondsFor(checks)).toBe(120);
    expect(watchdogSeconds).toBe(120);
    expect(of({ hosts: { nas: { watchdog: 500, health } } }).watchdogSeconds).toBe(500);
  });
});

describe('the checks of a host', () => {
  test('are those of all, of its tags and its own, and read as they are written', () => {
    const file = {
      defaults: { health: [{ 'no-new-failed-units': true }] },
      tags: { web: { health: [{ http: 'https://{address}/', status: 204, insecure: true }] } },
      hosts: {
        nas: {
          health: [
            { unit: 'samba' },
            { tcp: 445 },
            { tcp: 'other:22', name: 'ssh of other' },
            { command: ['zpool', 'status', '-x'] },
            { 'command-here': ['ping', '-c1', '{address}'], within: 3, every: 0.5 },
            { 'ping-gateway': true },
          ],
        },
      },
    };
    const { checks } = of(file, { tags: ['web'] });
    expect(checks.map(({ name }) => name)).toEqual([
      'no new failed units',
      'https://10.0.0.5/',
      'samba.service is active',
      '10.0.0.5:445 takes connections',
      'ssh of other',
      'zpool status -x',
      'ping -c1 10.0.0.5',
      'the gateway answers',
    ]);
    expect(checks[1]).toMatchObject({ kind: 'http', url: 'https://10.0.0.5/', status: 204, isInsecure: true });
    expect(checks[4]).toMatchObject({ kind: 'tcp', host: 'other', port: 22, withinSeconds: 15, everySeconds: 1 });
    expect(checks[6]).toMatchObject({ kind: 'command-here', argv: ['ping', '-c1', '10.0.0.5'], withinSeconds: 3 });
    expect(of(file, { name: 'pi' }).checks).toHaveLength(1);
  });

  test('have names of their own, also where they are the same', () => {
    const { checks } = of({ hosts: { nas: { health: [{ tcp: 1 }, { tcp: 1 }] } } });
    expect(checks.map(({ name }) => name)).toEqual([
      '10.0.0.5:1 takes connections',
      '10.0.0.5:1 takes connections (2)',
    ]);
  });

  test('write IPv6 addresses as URLs and sockets have them', () => {
    const { checks } = of(
      { defaults: { health: [{ http: 'http://{address}/' }, { tcp: 22 }] } },
      { address: 'fe80::1' },
    );
    expect(checks).toMatchObject([{ url: 'http://[fe80::1]/' }, { host: 'fe80::1', port: 22 }]);
  });

  test.each([
    [{ health: [{}] }],
    [{ health: [{ unit: 'a', tcp: 1 }] }],
    [{ health: [{ unit: 'a', wihtin: 3 }] }],
    [{ watchdog: 1 }],
    [{ watchdog: 'never' }],
    [{ health: [{ command: [] }] }],
    [{ wathcdog: 60 }],
  ])('%j is refused', (part) => expect(safetyFile.safeParse({ hosts: { nas: part } }).success).toBe(false));

  test.each([[{ tcp: 70000 }], [{ tcp: 'nowhere' }], [{ http: 'ftp://nas/' }], [{ http: 'nas' }]])(
    '%j is refused when it is read for a host',
    (check) => expect(() => of({ hosts: { nas: { health: [check] } } })).toThrow(),
  );
});
