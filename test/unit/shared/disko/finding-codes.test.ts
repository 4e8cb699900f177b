import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
const severities = ['error', 'warning', 'hint'];

/** Words in quotes, but those that something is compared with. */
const words = (code: string): string[] => [...code.matchAll(/(?<![=]=\s)'([a-z0-9-]+)'/g)].map(([, word = '']) => word);

it('every finding about a layout is documented with its severities, and every documented one exists', () => {
  const rules = join(root, 'shared/disko/rules');
  const used = new Map<string, Set<string>>();
  for (const file of readdirSync(rules)) {
    const source = readFileSync(join(rules, file), 'utf8').replace('`${option}-loose`', "'start-loose' 'end-loose'");
    for (const [, code = '', severity = ''] of source.matchAll(/code: ([^,]*),\s*severity:\s*([^,]*),/g)) {
      for (const one of words(code)) {
        const known = used.get(one) ?? new Set();
        for (const word of words(severity).filter((each) => severities.includes(each))) known.add(word);
        used.set(one, known);
      }
    }
  }
  const page = readFileSync(join(root, 'docs/disk-findings.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` *\| ([a-z ]+?) *\|/gm)].filter(([, , text = '']) =>
    severities.includes(text.split(' ')[0] ?? ''),
  );
  const documented = rows.map(([, code = '', text = '']) => `${code}: ${text.split(' or ').sort().join(' or ')}`);
  const found = [...used].map(([code, known]) => `${code}: ${[...known].sort().join(' or ')}`);
  expect(documented.sort()).toEqual(found.sort());
  expect(found.length).toBeGreaterThan(100);
});
