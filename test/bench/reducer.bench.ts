import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Bench } from '../../build/bench/bench.ts';
import { NixProgress } from '../../electron/engine/nix/progress.ts';

const rounds = 30;
const chunkLength = 8192;

/** A copy of 300 MiB, as nix told it: 5,000 lines, nearly all of them progress. */
function copyOutput(): string {
  return gunzipSync(readFileSync(join(import.meta.dirname, '../fixtures/nix/copy-300-mib.log.gz'))).toString('utf8');
}

/** A long build: nearly all lines are log lines, with colours. */
function buildOutput(): string {
  const drv = '/nix/store/habsa51q9nim8rxkhslf38j7bpw36vav-web-frontend-1.0.drv';
  const start = `@nix {"action":"start","fields":["${drv}","",1,1],"id":5,"level":3,"parent":0,"text":"building","type":105}\n`;
  const lines = Array.from(
    { length: 10_000 },
    (_, i) =>
      `@nix {"action":"result","fields":["\\u001b[32m[${i}/10000]\\u001b[0m Building CXX object lib/src/file${i}.cpp.o"],"id":5,"type":101}\n`,
  );
  return start + lines.join('');
}

/** Milliseconds that `work` takes, the best of many rounds: other programs can only make it slower. */
function best(work: () => void): number {
  let shortest = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

function compare(output: string): { reducerMs: number; parseMs: number } {
  const chunks: string[] = [];
  for (let at = 0; at < output.length; at += chunkLength) chunks.push(output.slice(at, at + chunkLength));
  const reduce = (): void => {
    const progress = new NixProgress();
    let at = 0;
    for (const chunk of chunks) progress.push(chunk, (at += 5));
    progress.finish(at, true);
  };
  const parse = (): void => {
    for (const line of output.split('\n')) if (line.startsWith('@nix ')) JSON.parse(line.slice(5));
  };
  // The same number of rounds before, so that both are compiled when it counts.
  best(reduce);
  best(parse);
  return { reducerMs: best(reduce), parseMs: best(parse) };
}

export default {
  name: 'reducer of nix’s output, against JSON.parse alone on the same lines',
  async run() {
    return [['a copy of 300 MiB', copyOutput()] as const, ['a build of 10,000 log lines', buildOutput()] as const].map(
      ([name, output]) => {
        const { reducerMs, parseMs } = compare(output);
        return {
          name: `reducer on ${name}`,
          value: reducerMs / parseMs,
          unit: 'x JSON.parse',
          atMost: 2,
          detail: `${reducerMs.toFixed(1)} ms against ${parseMs.toFixed(1)} ms`,
        };
      },
    );
  },
} satisfies Bench;
