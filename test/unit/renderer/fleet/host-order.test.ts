import { describe, expect, it } from 'vitest';
import { sortHosts, type SortKey } from '../../../../renderer/fleet/host-order.ts';
import type { HostStatus } from '../../../../shared/contract/host.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import { aHost, aStatus } from '../invented.ts';

const hosts = [aHost('web-10'), aHost('web-2'), aHost('db')];
const statuses = new Map(
  [aStatus('web-10', { generation: 3 }), aStatus('db', { generation: 20, failedUnits: ['x'] })].map((status) => [
    status.name,
    status,
  ]),
);
const order = (key: SortKey, isDescending = false, known: ReadonlyMap<HostName, HostStatus> = statuses) =>
  sortHosts(hosts, known, { key, isDescending }).map((host) => host.name);

describe('the order of hosts', () => {
  it('counts numbers in names as numbers', () => expect(order('name')).toEqual(['db', 'web-2', 'web-10']));
  it('turns round', () => expect(order('name', true)).toEqual(['web-10', 'web-2', 'db']));
  it('puts what is not known last in both directions', () => {
    expect(order('generation')).toEqual(['web-10', 'db', 'web-2']);
    expect(order('generation', true)).toEqual(['db', 'web-10', 'web-2']);
  });
  it('by state begins with what needs a person', () => expect(order('state')[0]).toBe('db'));
  it('orders equals by name', () => expect(order('lastDeploy')).toEqual(['db', 'web-2', 'web-10']));
  it('leaves the given list as it was', () => {
    order('name');
    expect(hosts.map((host) => host.name)).toEqual(['web-10', 'web-2', 'db']);
  });
});
