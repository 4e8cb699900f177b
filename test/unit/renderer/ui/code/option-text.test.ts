import { expect, it } from 'vitest';
import type { OptionFacts } from '../../../../../shared/contract/options.ts';
import { optionRows, readableDescription, spokenOption } from '../../../../../renderer/ui/code/option-text.ts';

const facts: OptionFacts = {
  name: 'services.openssh.enable',
  type: 'boolean',
  description: 'Whether to enable it.',
  default: 'false',
  example: null,
  declarations: ['a.nix', 'b.nix'],
  isReadOnly: false,
};

it('nixpkgs’ Markdown loses its roles, fences and bare links, and keeps its words', () => {
  expect(
    readableDescription(
      'See {option}`a.b` and [](#opt-c.d).\n\n::: {.note}\nMind {manpage}`x(5)`.\n:::\n\n<https://example.org/>\n',
    ),
  ).toBe('See `a.b` and c.d.\n\nMind `x(5)`.\n\nhttps://example.org/');
});
it('what is invisible or steers a terminal does not reach the eye unseen', () => {
  expect(readableDescription('a\u202eb\u001b[31mc')).toBe('a\\u202eb[31mc');
  expect(readableDescription('<script>alert(1)</script>')).toBe('<script>alert(1)</script>');
});
it('a card has rows for what the option has', () => {
  expect(optionRows(facts).map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'Type: boolean',
    'Default: false',
    'Declared in: a.nix\nb.nix',
  ]);
  expect(spokenOption(facts)).toContain('Whether to enable it. Type: boolean. Default: false.');
});
