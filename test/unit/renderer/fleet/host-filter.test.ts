import { describe, expect, it } from 'vitest';
import { filterHosts } from '../../../../renderer/fleet/host-filter.ts';
import { aHost, aStatus } from '../invented.ts';

const hosts = [
  aHost('web-1', { tags: ['web'], target: { host: '10.0.7.1', user: null, port: null } }),
  aHost('web-2', { tags: ['web', 'edge'] }),
  aHost('db', { tags: ['db'], system: 'aarch64-linux' }),
];
const statuses = new Map(
  [aStatus('db', { failedUnits: ['x.service'] }), aStatus('web-1')].map((status) => [status.name, status]),
);
const found = (text: string): string[] => {
  const result = filterHosts(text, hosts, statuses);
  return result.kind === 'mistake' ? [`mistake: ${result.error.message}`] : result.hosts.map((host) => host.name);
};

describe('the filter box', () => {
  it('shows every host while it is blank', () => expect(found('  ')).toEqual(['web-1', 'web-2', 'db']));
  it('looks for plain words in names, whatever their case', () => expect(found('WEB')).toEqual(['web-1', 'web-2']));
  it('wants every plain word', () => expect(found('web 2')).toEqual(['web-2']));
  it('looks for plain words in addresses too', () => expect(found('10.0.7')).toEqual(['web-1']));
  it('reads signs as the selection language of the command line', () => {
    expect(found('@web & !web-2')).toEqual(['web-1']);
    expect(found('web-2, @db')).toEqual(['web-2', 'db']);
    expect(found('system:aarch64*')).toEqual(['db']);
    expect(found('state:failed')).toEqual(['db']);
  });
  it('says in words what a selection means, and what fits nothing', () => {
    expect(filterHosts('@wbe', hosts, statuses)).toMatchObject({
      kind: 'selection',
      hosts: [],
      hints: [expect.stringContaining('did you mean ‘web’?')],
    });
  });
  it('says of how many hosts it is not known whether they are outdated, and takes none of them for it', () => {
    expect(filterHosts('!state:outdated', hosts, statuses)).toMatchObject({
      hosts: [],
      unknown: [{ state: 'outdated', hosts: ['web-1', 'web-2', 'db'] }],
      hints: ['of 3 hosts it is not known whether they run their latest system'],
    });
  });
  it('knows the selections that were saved', () => {
    const result = filterHosts('saved:front & !web-2', hosts, statuses, new Map([['front', '@web']]));
    expect(result).toMatchObject({ kind: 'selection', hosts: [{ name: 'web-1' }] });
  });
  it('says where a mistake is', () => {
    expect(filterHosts('(@web', hosts, statuses)).toMatchObject({ kind: 'mistake', error: { start: 0, end: 1 } });
  });
});
