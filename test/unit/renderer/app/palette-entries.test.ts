import { describe, expect, it } from 'vitest';
import { paletteMatches } from '../../../../renderer/app/palette-entries.ts';

const entry = (section: string, title: string, ...keywords: string[]) => ({ id: title, section, title, keywords });
const entries = [
  entry('Deploy', 'Deploy…', 'switch'),
  entry('Go to', 'Settings', 'theme'),
  entry('Hosts', 'nas', '10.0.20.10'),
  entry('Hosts', 'Deploy nas…'),
  entry('Hosts', 'web-1'),
  entry('Jobs', 'Deploy nas'),
];
const found = (query: string, limit = 50): string[] => paletteMatches(entries, query, limit).map(({ title }) => title);

describe('the palette', () => {
  it('shows what there is before anything is typed', () => expect(found('')).toHaveLength(entries.length));
  it('puts actions before jobs of the same beginning', () => {
    expect(found('dep')).toEqual(['Deploy…', 'Deploy nas…', 'Deploy nas']);
  });
  it('puts the name that was typed first', () => expect(found('nas')[0]).toBe('nas'));
  it('finds by other words and by addresses', () => {
    expect(found('theme')).toEqual(['Settings']);
    expect(found('20.10')).toEqual(['nas']);
  });
  it('finds words in any order and with letters left out', () => {
    expect(found('nas dep')).toContain('Deploy nas…');
    expect(found('stngs')).toEqual(['Settings']);
  });
  it('finds nothing where nothing fits', () => expect(found('qqqq')).toEqual([]));
  it('keeps to the limit', () => expect(found('e', 2)).toHaveLength(2));
});
