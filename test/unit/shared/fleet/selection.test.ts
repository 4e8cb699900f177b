import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completeSelection,
  explainSelection,
  parseSelection,
  quoteWord,
  renameSaved,
  select,
  statesNeeded,
  type SelectableHost,
} from '../../../../shared/fleet/selection.ts';

const well = { reachable: true, outdated: false, failed: false, reboot: false };
const hosts: SelectableHost[] = [
  { name: 'nas', tags: ['storage', 'infra-lan'], system: 'x86_64-linux', states: well },
  { name: 'web-1', tags: ['web', 'infra-dmz'], system: 'x86_64-linux', states: { ...well, reboot: true } },
  { name: 'web-2', tags: ['web'], system: 'x86_64-linux', states: { ...well, reachable: false } },
  { name: 'rpi4-a', tags: ['iot'], system: 'aarch64-linux', states: { ...well, reachable: false, failed: true } },
  { name: 'odd name, really', tags: [], system: null, states: { ...well, reachable: false } },
];

function chosen(text: string): string[] {
  const parsed = parseSelection(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return select(parsed.node, hosts).map((host) => host.name);
}

describe('colmena’s forms mean what they mean there', () => {
  it.each([
    ['nas', ['nas']],
    ['nas, rpi4-a', ['nas', 'rpi4-a']],
    ['web-*', ['web-1', 'web-2']],
    ['web-[!2]', ['web-1']],
    ['web-?', ['web-1', 'web-2']],
    ['@web', ['web-1', 'web-2']],
    ['@infra-*', ['nas', 'web-1']],
    ['@web,nas', ['nas', 'web-1', 'web-2']],
    ['NAS', []],
    ['', []],
    ['  ', []],
  ])('%j selects %j', (text, names) => expect(chosen(text)).toEqual(names));
});

describe('what colmena lacks', () => {
  it.each([
    ['!@web', ['nas', 'rpi4-a', 'odd name, really']],
    ['!!nas', ['nas']],
    ['@web & @infra-*', ['web-1']],
    ['@web & !web-1', ['web-2']],
    ['nas, @web & web-2', ['nas', 'web-2']],
    ['(nas, @web) & web-2', ['web-2']],
    ['system:aarch64-*', ['rpi4-a']],
    ['state:reachable & !state:reboot', ['nas']],
    ['state:failed', ['rpi4-a']],
    ['"odd name, really"', ['odd name, really']],
    ['*', ['nas', 'web-1', 'web-2', 'rpi4-a', 'odd name, really']],
  ])('%j selects %j', (text, names) => expect(chosen(text)).toEqual(names));

  it('tells when the hosts have to be asked first', () => {
    const states = (text: string): boolean => {
      const parsed = parseSelection(text);
      return parsed.ok && statesNeeded(parsed.node).size > 0;
    };
    expect([states('@web & !(nas, state:failed)'), states('@web')]).toEqual([true, false]);
  });
});

describe('what is not known of a host', () => {
  const unasked: SelectableHost = { name: 'new', tags: ['web'], system: null };
  const asked: SelectableHost = { ...unasked, name: 'old', states: { ...well, outdated: null } };
  const of = (text: string) => {
    const parsed = parseSelection(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const { matched, unknown, idle } = explainSelection(parsed.node, [unasked, asked]);
    return { matched, unknown: unknown.map(({ message }) => message), idle: idle.map(({ message }) => message) };
  };

  it('is in neither a state nor its opposite, and that is said', () => {
    const unknown = ['of 2 hosts it is not known whether they run their latest system'];
    expect(of('state:outdated')).toEqual({ matched: [], unknown, idle: [] });
    expect(of('!state:outdated')).toEqual({ matched: [], unknown, idle: [] });
    expect(of('!state:reachable')).toMatchObject({
      matched: [],
      unknown: ['of new it is not known whether they answer'],
      idle: [],
    });
  });

  it('does not matter where the rest decides', () => {
    expect(of('@web, state:outdated').matched).toEqual(['new', 'old']);
    expect(of('!(@db & state:outdated)').matched).toEqual(['new', 'old']);
  });
});

describe('saved selections', () => {
  const saved = new Map([
    ['front', '@web & state:reachable'],
    ['front and store', 'saved:front, nas'],
    ['gone', 'nas,'],
    ['a', 'saved:b'],
    ['b', '!saved:a'],
    ...Array.from({ length: 30 }, (_, i) => [`x${i}`, `saved:x${i + 1}, saved:x${i + 1}`] as const),
    ['x30', 'nas'],
  ]);
  const parse = (text: string) => parseSelection(text, saved);

  it('stand for what they hold, alone and among other terms', () => {
    const parsed = parse('saved:"front and store" & !nas');
    if (!parsed.ok) throw new Error(parsed.error.message);
    const { matched, sentence } = explainSelection(parsed.node, hosts);
    expect(matched).toEqual(['web-1']);
    expect(sentence).toBe(
      '‘front and store’ (‘front’ (hosts with tag ‘web’ and hosts that answer) or host ‘nas’) and not host ‘nas’',
    );
    expect([...statesNeeded(parsed.node)]).toEqual(['reachable']);
  });

  it.each([
    ['nas, saved:fornt', 11, /no saved selection ‘fornt’; did you mean ‘front’/],
    ['saved:gone', 6, /‘gone’ is wrong: a host name, .* missing at the end/],
    ['saved:a', 6, /‘a’ is wrong: the saved selection ‘b’ is wrong: the saved selection ‘a’ holds itself/],
    ['saved:x0', 6, /too many saved selections are in one another/],
    ['saved:', 0, /name of a saved selection is missing/],
  ])('%j is refused at %i', (text, at, message) => {
    const parsed = parse(text);
    if (parsed.ok) throw new Error('It was read');
    expect(parsed.error.message).toMatch(message);
    expect(parsed.error.start).toBe(at);
  });

  it('are offered with how many hosts they hold', () => {
    const { options } = completeSelection('saved:fr', 8, hosts, { saved });
    expect(options).toEqual([
      { text: 'saved:front', field: 'saved', hostCount: 1 },
      { text: 'saved:"front and store"', field: 'saved', hostCount: 2 },
    ]);
  });

  it('are renamed where others name them, and nowhere else', () => {
    expect(renameSaved('saved:front, front & !saved:"front"', 'front', 'the front')).toBe(
      'saved:"the front", front & !saved:"the front"',
    );
  });
});

describe('mistakes point at the character', () => {
  it.each([
    ['nas,', 4, /missing at the end/],
    [',nas', 0, /missing before this ‘,’/],
    ['nas web-1', 4, /comma \(or\) or ‘&’ \(and\) is missing/],
    ['(nas', 0, /not closed/],
    ['nas)', 3, /closes nothing/],
    ['(nas web)', 5, /or ‘\)’ is missing/],
    ['nas & & web', 6, /missing before this ‘&’/],
    ['!', 1, /missing at the end/],
    ['nas, @', 5, /name of a tag/],
    ['system:', 0, /system such as/],
    ['state:asleep', 6, /‘asleep’ is not a state; known are reachable/],
    ['kind:server', 0, /‘kind:’ is not known/],
    ['web-[12', 4, /no ‘\]’/],
    ['"nas', 0, /quote is not closed/],
    ['nas | web', 4, /comma is the sign for “or”/],
    ['('.repeat(300) + 'nas' + ')'.repeat(300), 200, /nested too deeply/],
  ])('%j at %i', (text, at, message) => {
    const parsed = parseSelection(text);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error.message).toMatch(message);
    expect(parsed.error.start).toBe(at);
  });
});

describe('properties', () => {
  const term = fc.constantFrom('nas', 'web-*', '@web', '@infra-*', 'system:aarch64-linux', 'state:failed', '!@iot');
  const expression = fc.letrec<{ all: string }>((tie) => ({
    all: fc.oneof(
      { depthSize: 'small' },
      term,
      tie('all').map((inner) => `!(${inner})`),
      fc
        .tuple(tie('all'), fc.constantFrom(',', '&', ' & ', ' , '), tie('all'))
        .map(([a, sign, b]) => `(${a})${sign}${b}`),
    ),
  })).all;

  it('any text is read or refused with a place inside it, never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab*?[]!&,()"@:| \\-', 'state:', 'system:') }), (text) => {
        const parsed = parseSelection(text);
        if (parsed.ok) select(parsed.node, hosts);
        else {
          expect(parsed.error.start).toBeGreaterThanOrEqual(0);
          expect(parsed.error.end).toBeLessThanOrEqual(text.length);
        }
        for (let cursor = 0; cursor <= text.length; cursor++) completeSelection(text, cursor, hosts);
      }),
      { numRuns: 2000 },
    );
  });

  it('“not” gives exactly the others', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const inside = new Set(chosen(text));
        expect(new Set(chosen(`!(${text})`))).toEqual(new Set(hosts.map((h) => h.name).filter((n) => !inside.has(n))));
      }),
    );
  });

  it('comma joins and ampersand intersects', () => {
    fc.assert(
      fc.property(expression, expression, (a, b) => {
        const [left, right] = [new Set(chosen(`(${a})`)), new Set(chosen(`(${b})`))];
        expect(new Set(chosen(`(${a}),(${b})`))).toEqual(left.union(right));
        expect(new Set(chosen(`(${a})&(${b})`))).toEqual(left.intersection(right));
      }),
    );
  });

  it('every name, quoted where needed, selects the host of that name alone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
        const others = [...hosts, { name, tags: [], system: null }];
        const parsed = parseSelection(quoteWord(name));
        if (!parsed.ok) throw new Error(`${quoteWord(name)}: ${parsed.error.message}`);
        expect(select(parsed.node, others).map((host) => host.name)).toEqual([name]);
      }),
      { numRuns: 2000 },
    );
  });

  // Tried by going back over every star, this would not end.
  it('a pattern of many stars is matched in steps that do not multiply', () => {
    const parsed = parseSelection(`${'a*'.repeat(60)}b`);
    if (!parsed.ok) throw new Error(parsed.error.message);
    expect(select(parsed.node, [{ name: 'a'.repeat(1000), tags: [], system: null }])).toEqual([]);
  });
});

describe('explanation', () => {
  const explain = (text: string) => {
    const parsed = parseSelection(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return explainSelection(parsed.node, hosts);
  };

  it('says in words what is selected', () => {
    expect(explain('@web & !web-1, nas').sentence).toBe('(hosts with tag ‘web’ and not host ‘web-1’) or host ‘nas’');
    expect(explain('*').sentence).toBe('all hosts');
    expect(explain('system:aarch64-linux').matched).toEqual(['rpi4-a']);
  });

  it('names the terms that fit nothing, and what may have been meant', () => {
    const [name, tag] = explain('nsa, @wbe, web-1').idle;
    expect(name).toMatchObject({ message: 'there are no hosts named ‘nsa’', suggestion: 'nas' });
    expect(tag).toMatchObject({ message: 'there are no hosts with tag ‘wbe’', suggestion: 'web' });
  });
});

describe('completion', () => {
  const offered = (text: string, cursor = text.length) => completeSelection(text, cursor, hosts);

  it('offers names, tags and the beginnings of fields for an empty text', () => {
    const { options } = offered('');
    expect(options.map((option) => option.text)).toEqual([
      'nas',
      'web-1',
      'web-2',
      'rpi4-a',
      '"odd name, really"',
      '@infra-dmz',
      '@infra-lan',
      '@iot',
      '@storage',
      '@web',
      'system:',
      'state:',
    ]);
  });

  it('replaces the term at the cursor and no more', () => {
    const completion = offered('nas, @we & !x', 8);
    expect(completion).toMatchObject({ from: 5, to: 8, options: [{ text: '@web', field: 'tag', hostCount: 2 }] });
  });

  it('finds a tag from its name alone', () => {
    expect(offered('stor').options).toEqual([{ text: '@storage', field: 'tag', hostCount: 1 }]);
  });

  it('offers states with how many hosts are in each', () => {
    expect(offered('state:re').options).toEqual([
      { text: 'state:reachable', field: 'state', hostCount: 2 },
      { text: 'state:reboot', field: 'state', hostCount: 1 },
    ]);
  });
});
