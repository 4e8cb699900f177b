import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../../..');

it('every code of a finding is documented, and every documented code exists', () => {
  const rules = join(root, 'electron/engine/fleet/check/rules');
  const texts = readdirSync(rules).map((file) => readFileSync(join(rules, file), 'utf8'));
  // What follows `code:`, up to the end of the property: one literal, or the two of a condition.
  const used = texts.flatMap((text) =>
    [...text.matchAll(/^\s*code: (.*),$|\{ code: ('[^']+')/gm)].flatMap(([, line = '', inline = '']) =>
      [...`${line}${inline}`.matchAll(/(?<![=]=\s)'([a-z-]+)'/g)].map(([, code]) => code ?? ''),
    ),
  );
  const page = readFileSync(join(root, 'docs/fleet-findings.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z]+(?:-[a-z]+)+)` /gm)].map(([, code]) => code ?? '');
  const codes = new Set(used.filter((code) => code.includes('-')));
  expect([...codes].sort()).toEqual([...new Set(documented)].sort());
  expect(codes.size).toBeGreaterThan(20);
});
