import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readColmenaLine, readColmenaVersion } from '../../../../../electron/engine/deploy/engines/colmena-output.ts';
import { explainTool } from '../../../../../electron/engine/deploy/engines/explain-tool.ts';
import {
  beforeTool,
  takeToolLine,
  type ToolHostProgress,
  type ToolProgress,
} from '../../../../../electron/engine/deploy/engines/tool-progress.ts';
import { describeUnits } from '../../../../../electron/engine/deploy/switch-output.ts';

const folder = join(import.meta.dirname, '../../../../fixtures/colmena');
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const meta = z.object({ command: z.array(z.string()), isOnTerminal: z.boolean(), exitCode: z.number() });

function read(output: string): ToolProgress {
  return output.split('\n').reduce((progress, line) => takeToolLine(progress, readColmenaLine(line)), beforeTool);
}

function recorded(name: string) {
  const { exitCode, isOnTerminal } = meta.parse(JSON.parse(readFileSync(join(folder, name, 'meta.json'), 'utf8')));
  return { progress: read(readFileSync(join(folder, name, 'output'), 'utf8')), exitCode, isOnTerminal };
}

function hostInShort([name, host]: [string, ToolHostProgress]): string {
  const { derivations, paths, failure, switched } = host;
  const parts = [
    `at ${host.stage ?? 'nothing'}`,
    `done ${host.done.join(' ') || 'nothing'}`,
    ...(host.system === null ? [] : [host.system]),
    ...(derivations.total > 0 ? [`${derivations.done} of ${derivations.total} derivations`] : []),
    ...(paths.total > 0 ? [`${paths.done} of ${paths.total} paths`] : []),
    ...(describeUnits(switched) === '' ? [] : [describeUnits(switched)]),
    ...(switched.failed.length > 0 ? [`failed units: ${switched.failed.join(', ')}`] : []),
    ...(failure ? [`failed at ${failure.stage} (${failure.exitCode ?? 'no exit status'}): ${failure.reason}`] : []),
  ];
  return `${name}: ${parts.join('; ')}\n`;
}

function inShort({ progress, exitCode }: ReturnType<typeof recorded>): string {
  const hosts = [...progress.hosts].sort(([a], [b]) => a.localeCompare(b));
  const all = [
    ...(progress.shared ? [`several at once: ${progress.shared.stage}: ${progress.shared.reason}\n`] : []),
    ...(progress.isNothingSelected ? ['nothing selected\n'] : []),
    ...(progress.stopped === null ? [] : [`stopped: ${progress.stopped}\n`]),
  ];
  const failing = hosts.filter(([, { failure }]) => failure).map(([name]) => name);
  const asked = failing.length > 0 || exitCode === 0 ? failing : ['a host'];
  const problems = asked.map((host) => {
    const problem = explainTool({
      program: 'colmena',
      host,
      place: `root@${host}`,
      flakeFolder: '/fleet',
      exitCode: exitCode < 0 ? null : exitCode,
      progress,
    });
    return `\n${problem.code}\n${problem.title}\n${problem.evidence}\n- ${problem.advice.join('\n- ')}\n`;
  });
  return [...hosts.map(hostInShort), ...all, ...problems].join('');
}

describe('a recorded run of colmena', () => {
  test('is there for each of 47 cases', () => expect(cases).toHaveLength(47));

  test.each(cases.map(({ name }) => name))('%s: how far each host came, and why no further', async (name) => {
    await expect(inShort(recorded(name))).toMatchFileSnapshot(join(folder, name, 'expected.txt'));
  });

  test('tells of no failure where it ended well', () => {
    for (const { name } of cases) {
      const { progress, exitCode, isOnTerminal } = recorded(name);
      if (exitCode !== 0 || isOnTerminal) continue;
      expect(
        [...progress.hosts.values()].filter(({ failure }) => failure),
        name,
      ).toEqual([]);
      expect([progress.shared, progress.stopped], name).toEqual([null, null]);
    }
  });
});

describe('what colmena says', () => {
  test('exit 4 of a switch is known from its line, beside the units that failed', () => {
    const { progress } = recorded('fail-units');
    expect(progress.hosts.get('h5')).toMatchObject({
      stage: 'activate',
      failure: { stage: 'activate', exitCode: 4 },
      switched: { failed: ['nginx.service'] },
    });
    expect(progress.hosts.get('h4')?.done).toContain('activate');
  });

  test('a failed evaluation of several hosts is nobody’s in particular', () => {
    const { progress } = recorded('fail-eval');
    expect(progress.shared).toMatchObject({ stage: 'evaluate', exitCode: 1 });
    expect([...progress.hosts.keys()]).toEqual([]);
  });

  test('selecting nobody is told though it exits with 0', () => {
    const { progress, exitCode } = recorded('on-unknown');
    expect([exitCode, progress.isNothingSelected]).toEqual([0, true]);
  });

  test.each([
    [' INFO Selected all 3 nodes.', '[INFO ] Selected all 3 nodes.'],
    [' WARN No hosts selected (0 skipped).', '[WARN ] No hosts selected (0 skipped).'],
    ['ERROR -----', '[ERROR] -----'],
  ])('the log lines of 0.5 and 0.4 are the same: %s', (newer, older) => {
    expect(readColmenaLine(newer)).toEqual(readColmenaLine(older));
  });

  test('a line of a program below it that has a bar in it stays whole', () => {
    expect(readColmenaLine('  nas | a | b')).toMatchObject({ host: 'nas', text: 'a | b', event: null });
  });

  test('its version says which output of the flake it reads', () => {
    expect(readColmenaVersion('Colmena 0.5.0-pre\n')).toEqual({ version: '0.5.0-pre', generation: 'v0.5' });
    expect(readColmenaVersion('colmena 0.4.0\n')).toEqual({ version: '0.4.0', generation: 'v0' });
    expect(readColmenaVersion('something else')).toBeNull();
  });
});
