import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diskoPath, missingForLayouts } from '../../build/checks/machine-needs.ts';
import { guessFirmware } from '../../shared/disko/companion/boot-loader.ts';
import { withoutDefaults } from '../../shared/disko/defaults.ts';
import { formatLayout } from '../../shared/disko/format.ts';
import { readLayout } from '../../shared/disko/read-source.ts';
import { checkLayout } from '../../shared/disko/rules/index.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { writeLayout } from '../../shared/disko/write-source.ts';
import { diskoScripts } from './disko.ts';

/**
 * disko's own examples. What its scripts for them are (as hashes) and what our rules say of them was recorded with
 * disko 878ec37; the examples themselves are only in its checkout.
 */
const recorded = join(import.meta.dirname, '../fixtures/disko-examples.txt');
const firmwares: readonly (Firmware | null)[] = [null, 'uefi', 'bios', 'both', 'rpi'];

const reason = missingForLayouts();
const folder = mkdtempSync(join(tmpdir(), 'nixstead-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(reading.note.message);
  return reading;
}

describe.skipIf(reason !== null)(reason === null ? "disko's examples" : `disko's examples, skipped: ${reason}`, () => {
  const examples = join(diskoPath, 'example');
  const names = reason === null ? readdirSync(examples).filter((name) => name.endsWith('.nix')) : [];
  const readings = names.map((name) => {
    const text = readFileSync(join(examples, name), 'utf8');
    return { name, text, ...read(text) };
  });

  it('are written back as they were, byte for byte', () => {
    for (const { text, layout, source } of readings) expect(writeLayout(source, layout, layout)).toBe(text);
  });

  it('have our rules say nothing but hints for the firmware that they are made for', () => {
    const found = readings.flatMap(({ name, layout }) =>
      [null, guessFirmware(layout)].flatMap((firmware) =>
        checkLayout(layout, { firmware })
          .filter(({ severity }) => severity !== 'hint')
          .map(({ code }) => `${name} ${code}`),
      ),
    );
    expect(found).toEqual([]);
  });

  it('get the scripts and the findings that were recorded, and our export gets the same scripts', async () => {
    const exported = readings.map(({ name, layout }) => {
      const file = join(folder, name);
      writeFileSync(file, formatLayout(withoutDefaults(layout)));
      return file;
    });
    const scripts = await diskoScripts([...names.map((name) => join(examples, name)), ...exported]);
    const hashes = scripts.map((each) => createHash('sha256').update(JSON.stringify(each)).digest('hex'));
    const lines = readings.flatMap(({ name, layout }, index) => {
      expect(`${name} ${hashes[index + readings.length]}`).toBe(`${name} ${hashes[index]}`);
      const findings = firmwares.flatMap((firmware) =>
        checkLayout(layout, { firmware }).map(
          ({ severity, code, path }) => `  ${firmware ?? 'unknown'}: ${severity} ${code} ${path.join('.')}`,
        ),
      );
      return [`${name} ${hashes[index]}`, ...findings];
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(recorded);
  });
});
