import { expect, it } from 'vitest';
import { visibleText } from '../../../shared/visible-text.ts';

it('writes out what turns the direction of writing or cannot be seen', () => {
  expect(visibleText('web\u202Eevil\u2066x\u200b\u200d\ufeff\u00ad')).toBe(
    'web\\u202eevil\\u2066x\\u200b\\u200d\\ufeff\\u00ad',
  );
  expect(visibleText('a\u{e0041}')).toBe('a\\u{e0041}');
});

it('leaves letters of every language, line feeds and tabs as they are', () => {
  const text = 'Küche, مطبخ, 台所\n\tmain.c:1';
  expect(visibleText(text)).toBe(text);
});
