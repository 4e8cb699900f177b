import fc from 'fast-check';
import type { NixValue } from '../../../../shared/nix/value.ts';

/** Texts with everything that means something in a Nix string. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '${',
        '$',
        "''",
        "'",
        '"',
        '\\',
        '\n',
        '\r',
        '\t',
        ' ',
        '  ',
        '}',
        '$${',
        "''${",
        '\n\n',
        '\\n',
        'x',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }).filter((text) => !text.includes('\0')),
    ),
    { maxLength: 12 },
  )
  .map((items) => items.join(''));

/** Data of every shape that Nix has, with hostile strings and names. */
export const nixData: fc.Arbitrary<NixValue> = fc.letrec<{ value: NixValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    hostileText,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    // Numbers that are too small for Nix's literals are refused.
    fc.double({ noDefaultInfinity: true, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 1e-307),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(hostileText, tie('value'), { maxKeys: 4 }),
  ),
})).value;
