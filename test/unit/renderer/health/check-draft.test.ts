import { expect, test } from 'vitest';
import {
  draftOf,
  emptyDraft,
  readDraft,
  splitWords,
  type CheckDraft,
} from '../../../../renderer/health/check-draft.ts';
import { writtenCheck, type WrittenCheck } from '../../../../shared/contract/health.ts';

test('every kind of check is written further as it was, whatever is in it', () => {
  const checks: WrittenCheck[] = [
    { unit: 'getty@tty1.service', after: 2 },
    { 'no-new-failed-units': true },
    {
      name: 'front door',
      http: 'https://{address}:8443/',
      status: 401,
      contains: ' a "b" ',
      insecure: true,
      within: 0.5,
    },
    { tcp: 22, every: 2, timeout: 0.1 },
    { tcp: '{address}:22' },
    { command: ['sh', '-c', 'test "$(cat /x)" = \'y z\'', ''] },
    { 'command-here': ['./check.sh', '{address}', 'a\\b'] },
    { 'ping-gateway': true, within: 60 },
  ];
  for (const check of checks) {
    const read = readDraft(draftOf(check));
    expect(read).toEqual({ check });
    expect('check' in read && writtenCheck.parse(read.check)).toEqual(check);
  }
});

test('what cannot be is said at its field', () => {
  const wrong: [Partial<CheckDraft>, string][] = [
    [{ kind: 'unit', value: '' }, 'value'],
    [{ kind: 'unit', value: 'a b' }, 'value'],
    [{ kind: 'http', value: 'ftp://{address}/' }, 'value'],
    [{ kind: 'http', value: 'http://' }, 'value'],
    [{ kind: 'tcp', value: '65536' }, 'value'],
    [{ kind: 'tcp', value: 'ssh' }, 'value'],
    [{ kind: 'command', value: '' }, 'value'],
    [{ kind: 'command', value: "sh -c 'a" }, 'value'],
    [{ kind: 'http', value: 'http://{address}/', status: '99' }, 'status'],
    [{ within: 'soon' }, 'within'],
    [{ every: '0' }, 'every'],
    [{ timeout: '601' }, 'timeout'],
  ];
  for (const [draft, field] of wrong) {
    expect(readDraft({ ...emptyDraft, ...draft }), JSON.stringify(draft)).toHaveProperty('mistake.field', field);
  }
});

test('what belongs to another kind is not written', () => {
  const draft: CheckDraft = { ...emptyDraft, kind: 'tcp', value: ' 22 ', status: 'x', contains: 'y', insecure: true };
  expect(readDraft(draft)).toEqual({ check: { tcp: 22 } });
});

test('a line is cut into words as a shell cuts it, without replacing anything', () => {
  expect(splitWords(`a  'b c'"d \\"e" f\\ g $HOME '' "*"`)).toEqual(['a', 'b cd "e', 'f g', '$HOME', '', '*']);
  expect(splitWords('  ')).toEqual([]);
  expect(splitWords('a "b')).toBeNull();
});
