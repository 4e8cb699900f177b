import { expect, test } from 'vitest';
import { readAnnouncements } from '../../../../electron/engine/machines/discover.ts';
import { readRecords, serviceQuestion } from '../../../../electron/engine/machines/dns-message.ts';
import { readArp, readIpNeighbours } from '../../../../electron/engine/machines/neighbours.ts';

/** An answer as avahi gives it: PTR, SRV and A records, whose names refer to earlier ones. */
function answer(): Buffer {
  const question = serviceQuestion('_ssh._tcp.local').subarray(12);
  const name = (offset: number): Buffer => Buffer.from([0xc0, offset]);
  const label = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  const record = (owner: Buffer, type: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(10);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(1, 2);
    head.writeUInt32BE(120, 4);
    head.writeUInt16BE(data.length, 8);
    return Buffer.concat([owner, head, data]);
  };
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x8400, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(3, 6);
  const instance = Buffer.concat([label('nas'), name(12)]);
  const ptr = record(name(12), 12, instance);
  const instanceAt = 12 + question.length + 12;
  const host = Buffer.concat([label('nas'), label('local'), Buffer.from([0])]);
  const srv = record(name(instanceAt), 33, Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 22]), host]));
  const hostAt = 12 + question.length + ptr.length + 12 + 6;
  const address = record(name(hostAt), 1, Buffer.from([192, 168, 1, 5]));
  return Buffer.concat([header, question, ptr, srv, address]);
}

test('an announcement of SSH is put together from its records', () => {
  expect(readAnnouncements(readRecords(answer()))).toEqual([{ name: 'nas', address: '192.168.1.5', port: 22 }]);
});

test('what is no answer, is cut off or refers to itself says nothing', () => {
  expect(readRecords(serviceQuestion('_ssh._tcp.local'))).toEqual([]);
  for (let length = 0; length < answer().length; length += 1) {
    expect(readAnnouncements(readRecords(answer().subarray(0, length)))).toEqual([]);
  }
  const loop = answer();
  loop.writeUInt16BE(0xc00c, 12);
  expect(readAnnouncements(readRecords(loop))).toEqual([]);
});

test('neighbours are read from ip and from arp', () => {
  const text = '192.168.1.5 dev eth0 lladdr 52:54:00:AB:cd:ef REACHABLE\n192.168.1.9 dev eth0 FAILED\n';
  expect(readIpNeighbours(text)).toEqual([{ address: '192.168.1.5', mac: '52:54:00:ab:cd:ef' }]);
  expect(readArp('? (192.168.1.5) at 52:54:0:ab:cd:ef on en0 ifscope [ethernet]\n')).toEqual([
    { address: '192.168.1.5', mac: '52:54:00:ab:cd:ef' },
  ]);
});
