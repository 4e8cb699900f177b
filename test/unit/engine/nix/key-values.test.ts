import { expect, test } from 'vitest';
import { explain } from '../../../../electron/engine/nix/explain.ts';
import { KeyValueFilter, withoutKeyValues } from '../../../../electron/engine/nix/key-values.ts';
import { NixProgress } from '../../../../electron/engine/nix/progress.ts';

const trace = (option: string, ...code: string[]) => [
  'error:',
  `       … while evaluating the option \`${option}':`,
  '',
  '       … while evaluating a path segment',
  '         at /nix/store/0n1f1jfy3rbl5lrnx9jcpi1jkqqrl1fp-source/flake.nix:12:61:',
  ...code,
  '',
];
const conflict = (option: string, ...values: string[]) => [
  `The option \`${option}' has conflicting definition values:`,
  ...values,
  'Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.',
];
const printed = (message: readonly string[]) =>
  message.map((line, index) => (index === 0 ? `       error: ${line}` : `       ${line}`));

/** All that a run of nix becomes: its log, its lines and what is explained of them. */
function told(stderr: string): string {
  const progress = new NixProgress();
  let log = '';
  for (const piece of stderr.match(/[^]{1,7}/g) ?? []) log += progress.push(piece, 0);
  log += progress.finish(0, false);
  const view = progress.view(0);
  const problem = explain({ verb: 'evaluate', exit: { code: 1, signal: null }, progress: view });
  return [log, JSON.stringify(view.lines), problem.title, problem.evidence].join('\n');
}

/** As nix prints it for people, and as it prints it for programs. */
function bothForms(option: string, code: readonly string[], message: readonly string[]): string[] {
  const text = [...trace(option, ...code), ...printed(message)].join('\n');
  const event = { action: 'msg', level: 0, msg: text, raw_msg: message.join('\n'), file: null, line: null };
  return [told(`${text}\n`), told(`@nix ${JSON.stringify(event)}\n`)];
}

test.each([
  ['in one line', conflict('deployment.keys.b.text', '- In `a.nix\': "planted-1"', '- In `b.nix\': "planted-2"')],
  [
    'in several lines',
    conflict(
      'deployment.keys."b.c".text',
      "- In `a.nix':",
      "    ''",
      '      planted-1',
      '',
      "      - In `c.nix': planted-2",
      "    ''",
      '- In `b.nix\': "planted-3"',
    ),
  ],
  [
    'of another type',
    [
      "A definition for option `deployment.keys.b.text' is not of type `null or string'. Definition values:",
      "- In `a.nix': 4711",
    ],
  ],
  [
    'of a set above the keys',
    [
      "The option `deployment' does not exist. Definition values:",
      "- In `a.nix':",
      '    {',
      '      keys = {',
      '        b = {',
      '          text = "planted-1";',
      '        };',
      '      };',
      '    }',
    ],
  ],
  [
    'of a node as a whole',
    [
      "A definition for option `nodes.h1' is not of type `anything'. Definition values:",
      "- In `a.nix':",
      '    {',
      '      deployment = {',
      '        keys.b.text = "planted-1";',
    ],
  ],
  ['that is not text', ['cannot coerce a set to a string: { x = "planted-1"; }']],
  ['that is no JSON', ["[json.exception.parse_error.101] parse error at line 1: last read: 'planted-1'"]],
])('definitions of keys are left out, %s', (_, message) => {
  for (const text of bothForms('deployment.keys.b.text', [], message)) {
    expect(text).not.toMatch(/planted|4711/);
    expect(text).toContain('left out');
  }
});

test('what surrounds a value stays', () => {
  const message = conflict('deployment.keys.b.text', '- In `a.nix\': "planted-1"', "- In `b.nix':", '    4711');
  for (const text of bothForms('deployment.keys.b.text', [], message)) {
    expect(text).toContain('The option deployment.keys.b.text is set to different values');
    expect(text).toContain(
      "- In `a.nix': <left out: a key’s value>\n- In `b.nix': <left out: a key’s value>\nUse `lib.mkForce",
    );
  }
});

test('what is no key is told whole', () => {
  const message = conflict(
    'services.web.text',
    "- In `a.nix':",
    "    ''",
    '      shown-1',
    "    ''",
    '- In `b.nix\': "shown-2"',
  );
  const code = ['           12| services.web.port = "shown-3";', '             |                     ^'];
  const text = [...trace('services.web.text', ...code), ...printed(message)].join('\n');
  expect(withoutKeyValues(text)).toBe(text);
  for (const whole of bothForms('services.web.text', code, message)) {
    for (const word of ['shown-1', 'shown-2', 'shown-3']) expect(whole).toContain(word);
  }
});

test('lines of a file that nix quotes are left out where a key may stand in them', () => {
  const ofKey = ['           11|   planted-1', "           12|   ${1}'';", '             |      ^'];
  const beside = ['           12|   port = "a";', '             |          ^', '           13|   text = "planted-2";'];
  for (const text of [
    ...bothForms('deployment.keys.b.text', ofKey, ["undefined variable 'b'"]),
    ...bothForms('services.web.port', beside, ["undefined variable 'b'"]),
  ]) {
    expect(text).not.toContain('planted');
    expect(text).toContain('left out');
    expect(text).toContain('flake.nix:12:61');
    expect(text).toContain("undefined variable 'b'");
  }
});

test('what a person throws is told, without the values that it quotes', () => {
  const text = [
    'error:',
    "       … while evaluating the option `deployment.keys.b.text':",
    '',
    "       … while calling the 'throw' builtin",
    '         at /etc/nixos/flake.nix:1:2:',
    '',
    '       error: The store is locked: "planted-1" is no passphrase',
  ].join('\n');
  expect(withoutKeyValues(text)).toContain('error: The store is locked: "<left out: a key’s value>" is no passphrase');
});

test('a program that puts a frame around each line', () => {
  const lines = [
    ...trace('deployment.keys.b.text', '            1| x = "planted-1"'),
    ...printed(conflict('deployment.keys.b.text', "- In `a.nix':", '    planted-2')),
  ];
  const filter = new KeyValueFilter();
  const out = [...lines.map((line) => `     h1 | ${line}`.trimEnd()), 'ERROR Failed']
    .flatMap((line) => filter.line(line))
    .concat(filter.end());
  expect(out.join('\n')).not.toContain('planted');
  expect(out).toContain("     h1 |        - In `a.nix': <left out: a key’s value>");
  expect(out.at(-1)).toBe('ERROR Failed');
});

test.each([' ', '1| ', '| ', '- In `a ', 'option `', ' error: ', '"\\'])(
  'a long line of “%s” takes no long time',
  (piece) => {
    const filter = new KeyValueFilter();
    filter.line("       … while evaluating the option `deployment.keys.b.text':");
    const started = performance.now();
    filter.line(piece.repeat(200_000));
    filter.end();
    expect(performance.now() - started).toBeLessThan(2000);
  },
);
