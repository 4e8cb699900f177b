import { expect, test } from 'vitest';
import { readWatchdogAnswer } from '../../../../electron/engine/deploy/watchdog-script.ts';

const nonce = 'nixstead-1';

test('a watchdog’s answer is the line with our mark, and its log what stands below', () => {
  const text = `Welcome!\n${nonce} watchdog reverted 4\ngoing back\nswitch-to-configuration ended with 4.\n`;
  expect(readWatchdogAnswer(text, nonce)).toEqual({
    state: 'reverted',
    exitCode: 4,
    log: 'going back\nswitch-to-configuration ended with 4.',
  });
});

test.each(['', 'nixstead-2 watchdog kept 0\n', `${nonce} watchdog asleep 0\n`, `${nonce} watchdog kept`])(
  '%j is no answer',
  (text) => expect(readWatchdogAnswer(text, nonce)).toBeNull(),
);
