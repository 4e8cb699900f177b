import { describe, expect, it } from 'vitest';
import {
  newDocument,
  openDocument,
  redone,
  undone,
  withArguments,
  withLayout,
  withText,
} from '../../../../renderer/disks/layout-document.ts';
import { resize } from '../../../../shared/disko/operations.ts';
import { buildRecipe } from '../../../../shared/disko/recipes.ts';
import { ReadOnlyLayout } from '../../../../shared/disko/write-source.ts';

const TEXT = `# mine
{ lib, ... }: {
  disko.devices.disk.main = {
    device = lib.mkDefault "/dev/vda"; # the first
    type = "disk";
    content = { type = "gpt"; partitions.root = { size = "20G"; content = { type = "swap"; }; }; };
  };
}
`;
const ROOT = ['disk', 'main', 'content', 'partitions', 'root'];
const recipe = () =>
  buildRecipe('btrfs', {
    disks: [{ name: 'main', device: '/dev/vda' }],
    firmware: 'uefi',
    swap: null,
    hibernation: false,
  });

describe('a text and the layout in it', () => {
  it('a changed size changes its own characters and no others', () => {
    const document = openDocument(TEXT);
    const next = withLayout(document, resize(document.layout ?? {}, ROOT, '30G'));
    expect(next.text).toBe(TEXT.replace('20G', '30G'));
  });
  it('undo and redo give back every byte, whoever made the change', () => {
    const first = openDocument(TEXT);
    const second = withLayout(first, resize(first.layout ?? {}, ROOT, '30G'));
    const third = withText(second, `${second.text}# typed\n`);
    expect(undone(third).text).toBe(second.text);
    expect(undone(undone(third)).text).toBe(TEXT);
    expect(redone(redone(undone(undone(third)))).text).toBe(third.text);
    expect(undone(first)).toBe(first);
    expect(redone(first)).toBe(first);
  });
  it('a mistake in the text keeps the text and the last drawing, and refuses changes of the drawing', () => {
    const document = openDocument(TEXT);
    const broken = withText(document, TEXT.replace('"20G";', '"20G"'));
    expect(broken.reading.ok).toBe(false);
    expect(broken.layout).toBe(document.layout);
    expect(() => withLayout(broken, {})).toThrow(ReadOnlyLayout);
    expect(withText(broken, TEXT).reading.ok).toBe(true);
  });
  it('what did not change stays the same object, so that it is not drawn again', () => {
    const document = openDocument(
      TEXT.replace('disk.main', 'disk.other = { type = "disk"; };\n  disko.devices.disk.main'),
    );
    const next = withLayout(document, resize(document.layout ?? {}, ROOT, '30G'));
    const disks = (layout: typeof next.layout) => layout?.['disk'] as Record<string, unknown>;
    expect(disks(next.layout)['other']).toBe(disks(document.layout)['other']);
    expect(disks(next.layout)['main']).not.toBe(disks(document.layout)['main']);
  });
  it('a part that is computed is refused, and nothing changes', () => {
    const text =
      'let size = "1G"; in { disko.devices.disk = builtins.listToAttrs [ { name = "a"; value = { type = "disk"; x = size; }; } ]; }';
    const document = openDocument(text);
    expect(() => withLayout(document, { disk: {} })).toThrow(ReadOnlyLayout);
  });
  it('a text of our own is written anew until somebody types into it', () => {
    const document = newDocument(recipe());
    const changed = withLayout(document, resize(recipe(), ROOT, '30G'));
    expect(changed.text).toBe(newDocument(resize(recipe(), ROOT, '30G')).text);
    const typed = withText(changed, `# mine\n${changed.text}`);
    expect(withLayout(typed, resize(typed.layout ?? {}, ROOT, '40G')).text).toBe(typed.text.replace('30G', '40G'));
  });
  it('a file that wants an argument is drawn once it is given', () => {
    const document = openDocument('{ disks, ... }: { disko.devices.disk.a.device = builtins.elemAt disks 0; }');
    expect(document.reading).toMatchObject({ ok: false, reason: 'arguments' });
    expect(withArguments(document, { disks: ['/dev/vda'] }).layout).toEqual({ disk: { a: { device: '/dev/vda' } } });
  });
});
