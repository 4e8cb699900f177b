import { describe, expect, it } from 'vitest';
import { parseRoute, printRoute } from '../../../../renderer/app/routes.ts';
import { JOB } from '../invented.ts';

describe('addresses of pages', () => {
  it.each([
    [{ page: 'fleet', filter: '' }, '#/fleet'],
    [{ page: 'fleet', filter: '@web & !"a b"' }, '#/fleet?filter=%40web+%26+%21%22a+b%22'],
    [{ page: 'open' }, '#/open'],
    [{ page: 'jobs' }, '#/jobs'],
    [{ page: 'job', id: JOB }, `#/jobs/${JOB}`],
    [{ page: 'host', name: 'a b' }, '#/host?name=a+b'],
    [{ page: 'compare', first: JOB, second: null }, `#/compare?first=${JOB}`],
    [{ page: 'compare', first: JOB, second: JOB }, `#/compare?first=${JOB}&second=${JOB}`],
    [{ page: 'settings' }, '#/settings'],
    [{ page: 'check' }, '#/check'],
    [{ page: 'files', file: null, line: null }, '#/files'],
    [{ page: 'files', file: 'hosts/a b.nix', line: 7 }, '#/files?file=hosts%2Fa+b.nix&line=7'],
  ] as const)('%j is %s, and back', (route, hash) => {
    expect(printRoute(route)).toBe(hash);
    expect(parseRoute(hash)).toEqual(route);
  });
  it.each(['', '#', '#/', '#/nowhere', '#token=abc'])('%s leads to the fleet', (hash) => {
    expect(parseRoute(hash)).toEqual({ page: 'fleet', filter: '' });
  });
  it.each(['#/jobs/../x', '#/jobs/20261121', '#/jobs/20261121-031500-a1b2c3x'])(
    '%s is no job and leads to the history',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'jobs' });
    },
  );
});
