import { expect, test } from 'vitest';
import { deployRs } from '../../../../../electron/engine/deploy/engines/deploy-rs.ts';
import { nixosRebuild } from '../../../../../electron/engine/deploy/engines/nixos-rebuild.ts';
import { QuestionWatch } from '../../../../../electron/engine/deploy/engines/question-watch.ts';

const asked = (question: RegExp | null, ...pieces: readonly string[]): number[] => {
  const watch = new QuestionWatch(question ?? /never/);
  return pieces.map((piece) => watch.take(piece));
};
const prompt = '(sudo for 10.0.0.7) Password: ';

test('a question is found wherever it stands: alone, in pieces, and before a line that was said earlier', () => {
  const { question } = deployRs;
  expect(asked(question, 'Evaluating\n', prompt, '\nBuilding\n')).toEqual([0, 1, 0]);
  expect(asked(question, prompt.slice(0, 12), prompt.slice(12), 'done\n')).toEqual([0, 1, 0]);
  expect(asked(question, `${prompt}You will now be prompted.\n`, '\n')).toEqual([1, 0]);
  expect(asked(question, `Evaluating\n${prompt}You will`, ' now be prompted.\n', prompt)).toEqual([1, 0, 1]);
  expect(asked(question, `${prompt}${prompt}`)).toEqual([2]);
  expect(asked(question, `\u001b[1m${prompt}\u001b[0m`)).toEqual([1]);
});

test('each program has words of its own, and what only looks like them is none', () => {
  const { question } = nixosRebuild;
  expect(asked(question, '[sudo] password for ada@[fd00::7]: late: words\n')).toEqual([1]);
  expect(asked(question, '[sudo] password for ada@10.0.0.7:\n', prompt)).toEqual([0, 0]);
  expect(asked(deployRs.question, '(sudo for 10.0.0.7)\nPassword: ')).toEqual([0]);
});
