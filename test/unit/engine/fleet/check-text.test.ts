import { expect, test } from 'vitest';
import { parse } from 'smol-toml';
import type { CheckChange, WrittenCheck } from '../../../../shared/contract/health.ts';
import { safetyFile } from '../../../../shared/fleet/safety.ts';
import { withCheck } from '../../../../electron/engine/fleet/check-text.ts';
import { commentsIn } from '../../../../electron/engine/fleet/toml-blocks.ts';

const file = `# The house.
engine = "nix" # ours

[defaults]
watchdog = 90
health = [
  # Nobody gets in without it.
  { unit = "sshd" }, # [hosts.nas]
  { tcp = "{address}:22", within = 30 }
]

[tags.web]
health = [{ http = "http://{address}/", contains = "a, ] b" }, { unit = 'nginx' }]

# The one with the films.
[[hosts.nas.health]]
unit = "smbd" # shares
[[hosts.nas.health]]
command = ["zpool", "status", "-x"]
timeout = 10

[waves]
stop-after = 2

[[waves.wave]]
percent = 50
`;
const all: CheckChange['scope'] = { kind: 'defaults' };
const web: CheckChange['scope'] = { kind: 'tag', name: 'web' };
const nas: CheckChange['scope'] = { kind: 'host', name: 'nas' };
const gateway: WrittenCheck = { 'ping-gateway': true, within: 60 };

test('a check comes after the others of its array, whose comments and lines stay', () => {
  expect(withCheck(file, { scope: all, index: null, check: gateway })).toBe(
    file.replace('within = 30 }\n', 'within = 30 },\n  { ping-gateway = true, within = 60 },\n'),
  );
});

test('a check on a line with others stays there while that is short, and gets lines of their own when it is not', () => {
  const short = withCheck('[tags.web]\nhealth = [{ unit = "a" }] # two\n', {
    scope: web,
    index: null,
    check: { tcp: 80 },
  });
  expect(short).toBe('[tags.web]\nhealth = [{ unit = "a" }, { tcp = 80 }] # two\n');
  expect(withCheck(file, { scope: web, index: null, check: gateway })).toContain(
    'health = [\n  { http = "http://{address}/", contains = "a, ] b" },\n  { unit = \'nginx\' },\n  { ping-gateway = true, within = 60 },\n]\n',
  );
});

test('a check is written over the one before, and nothing else is', () => {
  expect(withCheck(file, { scope: all, index: 0, check: { unit: 'sshd.socket', after: 2 } })).toBe(
    file.replace('{ unit = "sshd" }', '{ unit = "sshd.socket", after = 2 }'),
  );
  expect(withCheck(file, { scope: web, index: 1, check: { name: 'web "server"', unit: 'nginx' } })).toBe(
    file.replace("{ unit = 'nginx' }", '{ name = "web \\"server\\"", unit = "nginx" }'),
  );
  expect(withCheck(file, { scope: nas, index: 1, check: { command: ['zpool', 'status', '-x'], every: 2 } })).toBe(
    file.replace('timeout = 10', 'every = 2'),
  );
});

test('a check goes with its line, or its table; what stands around it stays', () => {
  expect(withCheck(file, { scope: all, index: 0, check: null })).toBe(
    file.replace('  { unit = "sshd" }, # [hosts.nas]\n', ''),
  );
  expect(withCheck(file, { scope: all, index: 1, check: null })).toBe(
    file.replace('  { tcp = "{address}:22", within = 30 }\n', ''),
  );
  expect(withCheck(file, { scope: web, index: 0, check: null })).toBe(
    file.replace('{ http = "http://{address}/", contains = "a, ] b" }, ', ''),
  );
  expect(withCheck(file, { scope: web, index: 1, check: null })).toBe(file.replace(", { unit = 'nginx' }", ''));
  expect(withCheck(file, { scope: nas, index: 1, check: null })).toBe(
    file.replace('[[hosts.nas.health]]\ncommand = ["zpool", "status", "-x"]\ntimeout = 10\n\n', ''),
  );
});

test('the last check of a table goes with the table, unless that says something else', () => {
  const alone = 'engine = "nix"\n\n[hosts.nas]\nhealth = [{ tcp = 22 }]\n';
  expect(withCheck(alone, { scope: nas, index: 0, check: null })).toBe('engine = "nix"\n\n');
  const more = '[hosts.nas]\nwatchdog = 30\nhealth = [{ tcp = 22 }]\n';
  expect(withCheck(more, { scope: nas, index: 0, check: null })).toBe('[hosts.nas]\nwatchdog = 30\n');
});

test('the first check of a host, a tag and a fleet without a file is written', () => {
  expect(withCheck('', { scope: all, index: null, check: { 'no-new-failed-units': true } })).toBe(
    '[defaults]\nhealth = [\n  { no-new-failed-units = true },\n]\n',
  );
  expect(withCheck(file, { scope: { kind: 'tag', name: 'front door' }, index: null, check: { tcp: 443 } })).toBe(
    `${file}\n[tags."front door"]\nhealth = [\n  { tcp = 443 },\n]\n`,
  );
  const watched = '[hosts.nas]\nwatchdog = 30 # slow disks\n\n[tags.web]\n';
  expect(withCheck(watched, { scope: nas, index: null, check: { tcp: 22 } })).toBe(
    '[hosts.nas]\nwatchdog = 30 # slow disks\nhealth = [\n  { tcp = 22 },\n]\n\n[tags.web]\n',
  );
  const empty = '[hosts.nas]';
  expect(withCheck(empty, { scope: nas, index: null, check: { tcp: 22 } })).toBe(
    '[hosts.nas]\nhealth = [\n  { tcp = 22 },\n]\n',
  );
});

test('another table for a check comes after those that are there', () => {
  const after = withCheck(file, { scope: nas, index: null, check: gateway });
  expect(after).toBe(
    file.replace('timeout = 10\n', 'timeout = 10\n\n[[hosts.nas.health]]\nping-gateway = true\nwithin = 60\n'),
  );
});

test('what no edit does safely is left alone: other ways of writing, and checks that are not there', () => {
  const inline = 'hosts = { nas = { health = [{ tcp = 22 }] } }\n';
  expect(withCheck(inline, { scope: nas, index: null, check: gateway })).toBeNull();
  expect(withCheck('hosts.nas.health = [{ tcp = 22 }]\n', { scope: nas, index: 0, check: null })).toBeNull();
  expect(withCheck(file, { scope: all, index: 7, check: null })).toBeNull();
  expect(withCheck(file, { scope: { kind: 'host', name: 'none' }, index: 0, check: gateway })).toBeNull();
});

test('whatever is written in a check is read again as it was', () => {
  const odd = ['a "b"', "c'd", 'e\\f', 'g\nh', '# i', '[x]', ', {', 'ü'];
  const check: WrittenCheck = { name: odd.join(' '), command: ['sh', ...odd], within: 0.5, after: 0 };
  let text = file;
  for (const scope of [all, web, nas]) {
    text = withCheck(text, { scope, index: null, check }) ?? '';
    text = withCheck(text, { scope, index: 0, check }) ?? '';
  }
  const { defaults, tags, hosts } = safetyFile.parse(parse(text));
  expect(defaults?.health).toEqual([check, { tcp: '{address}:22', within: 30 }, check]);
  expect(tags?.['web']?.health).toEqual([check, { unit: 'nginx' }, check]);
  expect(hosts?.['nas']?.health).toEqual([check, { command: ['zpool', 'status', '-x'], timeout: 10 }, check]);
});

const films: CheckChange['scope'] = { kind: 'tag', name: 'films' };
const sshd: WrittenCheck = { unit: 'sshd' };

test('a check moves to other hosts as it is written, with the comments on its lines and right above it', () => {
  expect(withCheck(file, { scope: all, index: 0, to: web, check: sshd })).toBe(
    file.replace('  # Nobody gets in without it.\n  { unit = "sshd" }, # [hosts.nas]\n', '').replace(
      'health = [{ http = "http://{address}/", contains = "a, ] b" }, { unit = \'nginx\' }]',
      `health = [
  { http = "http://{address}/", contains = "a, ] b" },
  { unit = 'nginx' },
  # Nobody gets in without it.
  # [hosts.nas]
  { unit = "sshd" },
]`,
    ),
  );
  expect(withCheck(file, { scope: web, index: 1, to: all, check: { unit: 'nginx' } })).toBe(
    file.replace(", { unit = 'nginx' }", '').replace('within = 30 }\n', "within = 30 },\n  { unit = 'nginx' },\n"),
  );
});

test('a check that is edited while it moves is written anew', () => {
  const edited = { unit: 'nginx', within: 30 };
  expect(withCheck(file, { scope: web, index: 1, to: films, check: edited })).toBe(
    `${file.replace(", { unit = 'nginx' }", '')}\n[tags.films]\nhealth = [\n  { unit = "nginx", within = 30 },\n]\n`,
  );
});

test('a check moves between the two ways of writing checks', () => {
  expect(withCheck(file, { scope: nas, index: 0, to: all, check: { unit: 'smbd' } })).toBe(
    file
      .replace('# The one with the films.\n[[hosts.nas.health]]\nunit = "smbd" # shares\n', '')
      .replace('within = 30 }\n', 'within = 30 },\n  # The one with the films.\n  # shares\n  { unit = "smbd" },\n'),
  );
  expect(withCheck(file, { scope: all, index: 0, to: nas, check: sshd })).toBe(
    file
      .replace('  # Nobody gets in without it.\n  { unit = "sshd" }, # [hosts.nas]\n', '')
      .replace(
        'timeout = 10\n',
        'timeout = 10\n\n# Nobody gets in without it.\n# [hosts.nas]\n[[hosts.nas.health]]\nunit = "sshd"\n',
      ),
  );
});

test('a table that a check leaves empty goes with it, unless somebody wrote something else into it', () => {
  const alone = '[hosts.nas]\nhealth = [{ tcp = 22 }]\n';
  const ssh: WrittenCheck = { tcp: 22 };
  expect(withCheck(alone, { scope: nas, index: 0, to: all, check: ssh })).toBe(
    '[defaults]\nhealth = [\n  { tcp = 22 },\n]\n',
  );
  const noted = 'engine = "nix"\n\n# In the cellar.\n[hosts.nas]\nhealth = [\n  { tcp = 22 }, # slow\n] # one\n';
  expect(withCheck(noted, { scope: nas, index: 0, to: all, check: ssh })).toBe(
    'engine = "nix"\n\n# In the cellar.\n[hosts.nas]\n\n[defaults]\nhealth = [\n  # slow\n  # one\n  { tcp = 22 },\n]\n',
  );
  const remark = '[[hosts.nas.health]]\ntcp = 22\n# was 23\n\n# Waves: see the wiki.\n\n[tags.web]\nwatchdog = 30\n';
  expect(withCheck(remark, { scope: nas, index: 0, to: all, check: ssh })).toBe(
    '# Waves: see the wiki.\n\n[tags.web]\nwatchdog = 30\n\n[defaults]\nhealth = [\n  # was 23\n  { tcp = 22 },\n]\n',
  );
});

test('a check does not move where it cannot be taken out or written down safely', () => {
  const inlined = `hosts = { nas = { health = [{ tcp = 22 }] } }\n${file.replace(/\[\[hosts[^]*?\n\n/, '')}`;
  expect(withCheck(inlined, { scope: nas, index: 0, to: web, check: { tcp: 22 } })).toBeNull();
  expect(withCheck(inlined, { scope: all, index: 0, to: nas, check: sshd })).toBeNull();
  expect(withCheck(file, { scope: all, index: 2, to: web, check: sshd })).toBeNull();
  expect(withCheck(file, { scope: films, index: 0, to: web, check: sshd })).toBeNull();
});

test('a check that is moved to where it stands stays as it is', () => {
  const check: WrittenCheck = { command: ['zpool', 'status', '-x'], timeout: 10 };
  expect(withCheck(file, { scope: nas, index: 1, to: { ...nas }, check })).toBe(file);
});

const hostile = {
  'two ways of writing': file,
  'line ends of Windows': file.replaceAll('\n', '\r\n'),
  'brackets, hashes and quotes everywhere': `[defaults]
health = [ # a ] b
# c }
{ command = ["#", "]", "'", "\\"#"] } # "d
, # e
{ tcp = 1 } # f
# g
]# h
#i
`,
  'no space anywhere, spaces in headers': `[ defaults ] # x
health=[{unit="a"},{unit="b"}]#y
[tags . "front # door"] # z
health = [{ unit = '#' }]
`,
  'several on a line, strings over lines': `[defaults]
health = [
  { unit = "a" }, { unit = "b" }, # two on a line
  { command = ["""
# no comment
"""] }, # three
]
`,
  'a check over several lines, no line end at the end': `[defaults]
health = [
  {
    unit = "a", # inside
  },
]
[[tags.web.health]] # first
# second
tcp = 1 # third`,
  'a header that is none, a quoted key': `# top
[[defaults.health]]
unit = """
[tags.web]
""" # q
[[defaults.health]]
"tcp" = 2


# end`,
};

test.each(Object.entries(hostile))(
  'wherever a check moves, no comment is lost and nothing else is said: %s',
  (_, text) => {
    const { defaults, tags = {}, hosts = {} } = safetyFile.parse(parse(text));
    const scopes: CheckChange['scope'][] = [
      ...(defaults === undefined ? [] : [all]),
      ...Object.keys(tags).map((name) => ({ kind: 'tag' as const, name })),
      ...Object.keys(hosts).map((name) => ({ kind: 'host' as const, name })),
    ];
    for (const scope of scopes) {
      for (const [index, check] of checksIn(text, scope).entries()) {
        for (const to of [...scopes, films, { kind: 'host' as const, name: 'a"b' }].filter((each) => each !== scope)) {
          const result = withCheck(text, { scope, index, to, check });
          if (result === null) throw new Error(`check ${index} of ${JSON.stringify(scope)} does not move`);
          expect(commentsIn(result).toSorted()).toEqual(commentsIn(text).toSorted());
          const back = withCheck(result, { scope: to, index: checksIn(text, to).length, to: scope, check }) ?? '';
          expect(checksIn(back, scope)).toEqual([...checksIn(text, scope).toSpliced(index, 1), check]);
        }
      }
    }
  },
);

function checksIn(text: string, scope: CheckChange['scope']): readonly WrittenCheck[] {
  const { defaults, tags, hosts } = safetyFile.parse(parse(text));
  const part = scope.kind === 'defaults' ? defaults : (scope.kind === 'tag' ? tags : hosts)?.[scope.name];
  return part?.health ?? [];
}
