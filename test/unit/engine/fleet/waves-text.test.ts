import { expect, test } from 'vitest';
import type { WavePlan } from '../../../../shared/contract/waves.ts';
import { tomlBlocks } from '../../../../electron/engine/fleet/toml-blocks.ts';
import { withWaves } from '../../../../electron/engine/fleet/waves-text.ts';

const file = `# The house.
engine = "nix" # ours

# Careful on Fridays.
[waves]
stop-after = 2 # two may fail

# Nobody sleeps in the lab.
[[waves.wave]]
name = 'lab'   # a name
on = "@lab"
wait = 5

[[waves.wave]]
percent = 50
pause = true # look at the lights

# What must be so.
[defaults]
health = [
  { unit = "sshd" }, # [[waves.wave]]
  { tcp = "{address}:22" },
]
`;
const plan: WavePlan = {
  'stop-after': 2,
  'when-stopped': 'keep',
  wave: [
    { name: 'lab', on: '@lab', wait: 5 },
    { percent: 50, pause: true },
  ],
};

test('a file is cut into tables without losing a byte, whatever is in strings, arrays and comments', () => {
  const odd = 'a = """\n[x]\n"""\nb = \'[y]\'\r\n[[c]]\nd = "\\"#" # e\n[ f . g ]\nh = 1';
  for (const text of [file, odd, '', 'a = 1']) {
    expect(
      tomlBlocks(text)
        .map((block) => block.text)
        .join(''),
    ).toBe(text);
  }
  expect(tomlBlocks(odd).map(({ name }) => name)).toEqual(['', 'c', 'f.g']);
  expect(tomlBlocks(file).map(({ name }) => name)).toEqual(['', 'waves', 'waves.wave', 'waves.wave', 'defaults']);
});

test('waves that are as wanted leave the file as it is', () => {
  expect(withWaves(file, { plan, from: [0, 1] })).toBe(file);
});

test('a changed value is written over the old one alone; its comment stays', () => {
  const wave = [{ name: 'lab', on: '@lab & !old', wait: 5, health: true }, { percent: 30 }];
  const after = withWaves(file, { plan: { ...plan, 'when-stopped': 'go-back', wave }, from: [0, 1] });
  expect(after).toBe(
    file
      .replace('fail\n', 'fail\nwhen-stopped = "go-back"\n')
      .replace('"@lab"', '"@lab & !old"')
      .replace('wait = 5\n', 'wait = 5\nhealth = true\n')
      .replace('percent = 50\npause = true # look at the lights\n', 'percent = 30\n'),
  );
});

test('waves change their order, come and go, each with its comments', () => {
  const wave = [{ percent: 50, pause: true }, { count: 1 }, { name: 'lab', on: '@lab', wait: 5 }];
  const after = withWaves(file, { plan: { ...plan, wave }, from: [1, null, 0] });
  expect(after).toContain(
    'pause = true # look at the lights\n\n[[waves.wave]]\ncount = 1\n\n# Nobody sleeps in the lab.\n[[waves.wave]]\nname',
  );
  expect(after?.endsWith(file.slice(file.indexOf('# What must be so.')))).toBe(true);
  const none = withWaves(file, { plan: null, from: [] });
  expect(none).toBe(`# The house.\nengine = "nix" # ours\n\n${file.slice(file.indexOf('# What must be so.'))}`);
});

test('without a file, or without waves in it, they are written at its end', () => {
  const first = { 'stop-after': 1, 'when-stopped': 'keep', wave: [{ count: 1, pause: true }] } as const;
  const written = '[[waves.wave]]\ncount = 1\npause = true\n';
  expect(withWaves('', { plan: { ...first, wave: [...first.wave] }, from: [null] })).toBe(written);
  expect(withWaves('engine = "nix"', { plan: { ...first, wave: [...first.wave] }, from: [null] })).toBe(
    `engine = "nix"\n\n${written}`,
  );
});

test('waves in a form that is not edited here are left to the person', () => {
  for (const text of ['waves = { wave = [{ count = 1 }] }\n', 'waves.stop-after = 2\n[[waves.wave]]\ncount = 1\n']) {
    const wave = [{ count: 2 }];
    expect(withWaves(text, { plan: { ...plan, wave }, from: [0] })).toBeNull();
  }
});
