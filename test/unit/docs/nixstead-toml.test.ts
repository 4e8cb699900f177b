import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, it } from 'vitest';
import { engineName } from '../../../shared/contract/deploy.ts';
import { safetyFile, safetyOf } from '../../../shared/fleet/safety.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/nixstead-toml.md'), 'utf8');
const [first = '', waves = ''] = [...page.matchAll(/```toml\n(.*?)```/gs)].map(([, text]) => text ?? '');
const host = { name: 'router', tags: ['web'], address: '10.0.0.1' };

it('the examples on the page of nixstead.toml are read, and mean what the page says', () => {
  const safety = safetyOf(safetyFile.parse(parse(first)), host);
  expect(safety.watchdogSeconds).toBe(120);
  expect(safety.checks.map(({ kind }) => kind)).toEqual(['failed-units', 'http', 'gateway']);
  expect(safetyFile.parse(parse(waves)).waves).toMatchObject({ 'when-stopped': 'go-back', wave: [{ wait: 10 }, {}] });
  expect(safetyOf(safetyFile.parse({}), host)).toEqual({ watchdogSeconds: 60, checks: [] });
});

it('every check that the page names is read as it is written there', () => {
  const written = [...page.matchAll(/^\| `([a-z-]+ = .*?)` /gm)].map(([, text = '']) =>
    text.replace('"http://..."', '"http://h/"'),
  );
  expect(written).toHaveLength(7);
  const health = written.map((text) => parse(text));
  expect(safetyOf(safetyFile.parse({ defaults: { health } }), host).checks).toHaveLength(7);
});

it('the page names every program that can deploy a fleet', () => {
  for (const name of engineName.options) expect(page).toContain(`\`${name}\``);
});
