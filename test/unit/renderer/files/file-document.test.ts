import { createRouterClient, implement, ORPCError } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { FileDocument } from '../../../../renderer/files/file-document.svelte.ts';
import { filesContract } from '../../../../shared/contract/files.ts';
import { fleetId } from '../../../../shared/contract/ids.ts';

const hashOf = (text: string): string => Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64);
const base = '{\n  a = 1;\n\n  b = 2;\n}\n';

/** A file on a disk that others write too. */
async function open() {
  const disk: { text: string | null } = { text: base };
  const os = implement(filesContract);
  const problem = (code: string) =>
    new ORPCError('PROBLEM', { data: { code, title: code, evidence: '', advice: [] }, message: code });
  const files = createRouterClient(
    os.router({
      list: os.list.handler(() => ({ files: ['a.nix'], isComplete: true })),
      read: os.read.handler(() => {
        if (disk.text === null) throw problem('file-unreadable');
        return { text: disk.text, hash: hashOf(disk.text) };
      }),
      save: os.save.handler(({ input }) => {
        if (input.hash !== (disk.text === null ? null : hashOf(disk.text))) throw problem('file-changed');
        disk.text = input.text;
        return { hash: hashOf(input.text) };
      }),
      watch: os.watch.handler(async function* () {}),
    }),
  );
  const document = new FileDocument({ files }, fleetId.parse('0123456789abcdef'), 'a.nix');
  await document.read();
  /** Something else writes the file, and the engine's watch tells. */
  const writeOutside = async (text: string | null): Promise<void> => {
    disk.text = text;
    await document.hear(text === null ? null : hashOf(text));
  };
  return { document, disk, writeOutside };
}

describe('a file that something else changes while it is written here', () => {
  it('shows the new text where nothing was typed', async () => {
    const { document, writeOutside } = await open();
    await writeOutside('{ }\n');
    expect(document).toMatchObject({ text: '{ }\n', isDirty: false, conflict: null, mergeCount: 0 });
  });
  it('has both where they do not touch, and saves over neither', async () => {
    const { document, disk, writeOutside } = await open();
    document.type(base.replace('1', '10'));
    await writeOutside(base.replace('2', '20'));
    const both = base.replace('1', '10').replace('2', '20');
    expect(document).toMatchObject({ text: both, isDirty: true, conflict: null, mergeCount: 1, isMergeNews: true });
    expect(await document.save()).toBe(true);
    expect(disk.text).toBe(both);
    expect(document.isMergeNews).toBe(false);
  });
  it('asks where both changed the same lines, and either answer is kept', async () => {
    const { document, disk, writeOutside } = await open();
    document.type(base.replace('1', '10'));
    await writeOutside(base.replace('1', '11'));
    expect(document).toMatchObject({ text: base.replace('1', '10'), conflict: 'changed', mergeCount: 0 });
    expect(await document.save()).toBe(false);
    expect(disk.text).toBe(base.replace('1', '11'));
    expect(await document.keepMine()).toBe(true);
    expect(disk.text).toBe(base.replace('1', '10'));

    document.type(base.replace('1', '100'));
    await writeOutside(base.replace('1', '111'));
    await document.read(true);
    expect(document).toMatchObject({ text: base.replace('1', '111'), isDirty: false, conflict: null });
  });
  it('merges, and does not write, where only saving finds out', async () => {
    const { document, disk } = await open();
    document.type(base.replace('1', '10'));
    disk.text = base.replace('2', '20');
    expect(await document.save()).toBe(false);
    expect(document).toMatchObject({ conflict: null, isMergeNews: true, problem: null });
    expect(disk.text).toBe(base.replace('2', '20'));
    expect(await document.save()).toBe(true);
    expect(disk.text).toBe(base.replace('1', '10').replace('2', '20'));
  });
  it('is as saved where something else wrote the very same', async () => {
    const { document, writeOutside } = await open();
    document.type(base.replace('1', '10'));
    await writeOutside(base.replace('1', '10'));
    expect(document).toMatchObject({ isDirty: false, conflict: null, isMergeNews: false });
  });
  it('says that the file is gone, and saving brings it back', async () => {
    const { document, disk, writeOutside } = await open();
    document.type('mine\n');
    await writeOutside(null);
    expect(document.conflict).toBe('gone');
    expect(await document.save()).toBe(true);
    expect(disk.text).toBe('mine\n');
  });
});
