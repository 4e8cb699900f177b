import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../../electron/engine/errors.ts';
import type { Kind } from '../../../../electron/engine/fleet/kinds/kind.ts';
import { readHosts, type ReadingResult } from '../../../../electron/engine/fleet/read-hosts.ts';

const kind: Kind = {
  kind: 'nixosConfigurations',
  evaluatesModules: true,
  node: '(outputs: name: outputs.${name})',
  toplevel: '(outputs: name: outputs.${name})',
  names: '',
  read: '(READ)',
  parse: (name, value) => ({ kind: 'nixosConfigurations', name, system: String(value) }),
};

/** How a host behaves under evaluation: a value, a `throw` (tryEval catches it) or an error that ends nix. */
type Behaviour = 'fine' | 'throws' | 'ends';

/** Stands for nix: answers the functions that readHosts writes, by the host names in them. */
function nix(hosts: Record<string, Behaviour>, tellsCulprit = true) {
  const calls: string[][] = [];
  const evaluate = (apply: string): Promise<unknown> => {
    const isChunk = apply.includes('tryEval');
    const names = Object.keys(hosts).filter((name) => apply.includes(`"${name}"`));
    calls.push(names);
    const bad = names.findIndex((name) => hosts[name] === 'ends' || (!isChunk && hosts[name] === 'throws'));
    if (bad !== -1) {
      const trace = tellsCulprit && isChunk ? `… nixstead reads host number ${bad},\n` : '';
      const evidence = `${trace}error: ${names[bad]} is broken`;
      return Promise.reject(new ProblemError({ code: 'eval', title: 'Evaluation failed', evidence, advice: [] }));
    }
    return Promise.resolve(names.map((name) => ({ ok: hosts[name] === 'fine', value: 'x86_64-linux' })));
  };
  return { calls, evaluate };
}

async function read(hosts: Record<string, Behaviour>, chunkSize = 100, tellsCulprit = true) {
  const { calls, evaluate } = nix(hosts, tellsCulprit);
  const seen: ReadingResult[] = [];
  const readings = Object.keys(hosts).map((name) => ({ kind, name }));
  const results = await readHosts(readings, { evaluate, chunkSize, onResults: (batch) => seen.push(...batch) });
  expect(seen).toEqual(results);
  const states = results.map((r) => [r.name, 'problem' in r ? r.problem.evidence : 'fine'] as const);
  return { calls, states: Object.fromEntries(states), count: results.length };
}

describe('hosts are read in chunks', () => {
  it('all in one evaluation where they fit the memory', async () => {
    const { calls, states } = await read({ a: 'fine', b: 'fine', c: 'fine' });
    expect(calls).toHaveLength(1);
    expect(states).toEqual({ a: 'fine', b: 'fine', c: 'fine' });
  });

  it('in as many as the memory asks for', async () => {
    const { calls } = await read({ a: 'fine', b: 'fine', c: 'fine', d: 'fine', e: 'fine' }, 2);
    expect(calls).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('a host that throws costs one evaluation more and keeps its own error', async () => {
    const { calls, states } = await read({ a: 'fine', b: 'throws', c: 'fine' });
    expect(calls).toHaveLength(2);
    expect(states).toEqual({ a: 'fine', b: 'error: b is broken', c: 'fine' });
  });

  it('a host whose error ends nix is found from the trace, and the others are read', async () => {
    const { calls, states } = await read({ a: 'fine', b: 'ends', c: 'fine', d: 'throws' });
    expect(states).toEqual({ a: 'fine', b: 'error: b is broken', c: 'fine', d: 'error: d is broken' });
    expect(calls).toEqual([['a', 'b', 'c', 'd'], ['b'], ['a', 'c', 'd'], ['d']]);
  });

  it('where the trace does not tell, the chunk is split until only the bad host is alone', async () => {
    const { states, count } = await read({ a: 'fine', b: 'ends', c: 'fine', d: 'fine', e: 'ends' }, 100, false);
    expect(states).toEqual({ a: 'fine', b: 'error: b is broken', c: 'fine', d: 'fine', e: 'error: e is broken' });
    expect(count).toBe(5);
  });

  it('an opening that is broken off is no problem of a host', async () => {
    const stop = new DOMException('stopped', 'AbortError');
    const evaluate = () => Promise.reject(stop);
    const options = { evaluate, chunkSize: 5, onResults: () => undefined };
    await expect(readHosts([{ kind, name: 'a' }], options)).rejects.toBe(stop);
  });
});
