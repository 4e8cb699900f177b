/** The little of DNS (RFC 1035) and of multicast DNS (RFC 6762) that finding machines on the network needs. */

const typePtr = 12;
const typeA = 1;
const typeAaaa = 28;
const typeSrv = 33;

/** A record of an answer; names without their final dot. */
export type DnsRecord =
  | { readonly kind: 'ptr'; readonly name: string; readonly target: string }
  | { readonly kind: 'srv'; readonly name: string; readonly target: string; readonly port: number }
  | { readonly kind: 'address'; readonly name: string; readonly address: string };

/** A question for all records of a service, such as `_ssh._tcp.local`; `unicast`: the answer is for us alone. */
export function serviceQuestion(service: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(1, 4);
  const labels = service.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const end = Buffer.alloc(5);
  end.writeUInt16BE(typePtr, 1);
  // The highest bit of the class asks for a unicast answer (RFC 6762, 5.4).
  end.writeUInt16BE(0x8001, 3);
  return Buffer.concat([header, ...labels, end]);
}

/** The records of an answer that are understood; empty where the bytes are no answer. */
export function readRecords(message: Buffer): DnsRecord[] {
  try {
    return [...records(message)];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function* records(message: Buffer): Generator<DnsRecord> {
  const isAnswer = (message.readUInt16BE(2) & 0x8000) !== 0;
  if (!isAnswer) return;
  const questions = message.readUInt16BE(4);
  const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let at = 12;
  for (let index = 0; index < questions; index += 1) at = readName(message, at).end + 4;
  for (let index = 0; index < count; index += 1) {
    const { name, end } = readName(message, at);
    const type = message.readUInt16BE(end);
    const length = message.readUInt16BE(end + 8);
    const data = end + 10;
    at = data + length;
    if (at > message.length) throw new RangeError('A record ends beyond its message');
    if (type === typePtr) yield { kind: 'ptr', name, target: readName(message, data).name };
    else if (type === typeSrv) {
      yield { kind: 'srv', name, target: readName(message, data + 6).name, port: message.readUInt16BE(data + 4) };
    } else if (type === typeA && length === 4) {
      yield { kind: 'address', name, address: [...message.subarray(data, at)].join('.') };
    } else if (type === typeAaaa && length === 16) {
      const groups = Array.from({ length: 8 }, (_, group) => message.readUInt16BE(data + 2 * group).toString(16));
      yield { kind: 'address', name, address: groups.join(':') };
    }
  }
}

/** A name, which may go on elsewhere in the message. Each jump must lead backwards, so that it ends. */
function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | null = null;
  for (let limit = start; ;) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const target = message.readUInt16BE(at) & 0x3fff;
      end ??= at + 2;
      if (target >= limit) throw new RangeError('A name refers to itself');
      limit = target;
      at = target;
      continue;
    }
    if (length > 63 || at + 1 + length > message.length) throw new RangeError('A label is too long');
    labels.push(message.toString('utf8', at + 1, at + 1 + length));
    at += 1 + length;
  }
}
