import { describe, expect, it } from 'vitest';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import type { Command, JobDetail, Step } from '../../../shared/contract/job.ts';
import { hostTable } from '../../../electron/cli/commands/fleet.ts';
import { targetText } from '../../../electron/cli/output/target.ts';
import { LogLines } from '../../../electron/cli/commands/jobs.ts';
import { resultLine } from '../../../electron/cli/follow-job.ts';
import { commandLine, outcomeText, stepText } from '../../../electron/cli/output/job.ts';
import { showProblem } from '../../../electron/cli/output/problem.ts';
import { table } from '../../../electron/cli/output/table.ts';
import { bytes, duration, painter, printable, shortened, width } from '../../../electron/cli/output/text.ts';

const plain = painter(false);
const coloured = painter(true);

describe('text for a terminal', () => {
  it('lets no control character of a fleet or a host through', () => {
    expect(printable('a\u001b[2Jb\r\nc\u0007\u009bd\u202ee')).toBe(
      'a\\u001b[2Jb\\u000d\\u000ac\\u0007\\u009bd\\u202ee',
    );
    expect(printable('two\nlines\tand a tab\u001b', true)).toBe('two\nlines\tand a tab\\u001b');
    expect(printable('größe 🦊')).toBe('größe 🦊');
  });

  it('is as wide as it looks, painted or not', () => {
    expect([width('größe'), width(coloured('red', 'nas'))]).toEqual([5, 3]);
    expect(shortened('a'.repeat(50), 10)).toBe(`${'a'.repeat(9)}…`);
    expect(shortened('short', 10)).toBe('short');
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [300 * 1024 * 1024, '300.0 MiB'],
  ])('%i bytes are %s', (count, text) => expect(bytes(count)).toBe(text));

  it.each([
    [400, '0.4 s'],
    [12_400, '12 s'],
    [185_000, '3 min 5 s'],
  ])('%i ms are %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));
});

it('a table has columns as wide as their widest cell, whatever its colour', () => {
  const rows = [
    ['nas', coloured('green', 'ok'), 'x'],
    ['a-long-name', 'failed', ''],
  ];
  const text = table(['NAME', 'STATE', ''], rows, plain);
  expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(
    'NAME         STATE   \nnas          ok      x\na-long-name  failed  \n',
  );
});

it('a flake cannot drive the terminal that its hosts are listed on, nor fill it', () => {
  const nasty = '\u001b]52;c;aGk=\u0007\u202e';
  const shown = hostTable(
    [
      {
        name: hostName.parse(nasty),
        system: `${nasty}-linux`,
        tags: [nasty, 'x'.repeat(100_000)],
        target: { host: nasty, user: nasty, port: 22 },
        sources: ['nixosConfigurations'],
        buildOnTarget: false,
        allowLocalDeployment: false,
        privilegeCommand: [],
        sshOptions: [],
        keys: [],
        replaceUnknownProfiles: true,
        deployRs: null,
        problem: { code: 'x', title: nasty, evidence: '', advice: [] },
      },
    ],
    plain,
  );
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(shown.length).toBeLessThan(1000);
});

it('a log passes on colours, and nothing else that drives a terminal, also where it comes in pieces', () => {
  let shown = '';
  const lines = new LogLines('nas │ ', (text) => (shown += text));
  for (const piece of ['\u001b[32mgre', 'en\u001b[0m\r\nclip\u001b]5', '2;c;aGk=\u0007board\n\u001bc\u001b[2Jend'])
    lines.add(piece);
  lines.end();
  expect(shown).toBe('nas │ \u001b[32mgreen\u001b[0m\nnas │ clipboard\nnas │ end\n');
});

it('a problem is shown with what happened, the line that proves it and what to do', () => {
  const problem = {
    code: 'nix-syntax-error',
    title: 'Syntax error',
    evidence: "unexpected '='\n\u001b[31mhere",
    advice: ['Look there.'],
    place: { file: '/home/ada/flake.nix', line: 7, column: 13 },
  };
  expect(showProblem(problem, plain, { host: 'nas' })).toBe(
    [
      'error: nas: Syntax error',
      '  at /home/ada/flake.nix:7:13',
      "  │ unexpected '='",
      '  │ \\u001b[31mhere',
      '  → Look there.',
      '',
    ].join('\n'),
  );
});

it.each([
  [null, '—'],
  [{ host: 'nas', user: null, port: null }, 'nas'],
  [{ host: '10.0.0.1', user: 'root', port: 2222 }, 'root@10.0.0.1:2222'],
  [{ host: 'fe80::1', user: 'root', port: 22 }, 'root@[fe80::1]:22'],
])('the target %j reads %s', (target, text) => expect(targetText({ target })).toBe(text));

it('a command is what a person would type, with its environment, and with its host where it runs there', () => {
  const here: Command = {
    host: hostName.parse('nas'),
    stage: 'copy',
    where: 'here',
    argv: ['nix', 'copy', 'a b'],
    env: { NIX_SSHOPTS: '-F /ssh/config -p 22' },
  };
  expect(commandLine(here)).toBe("NIX_SSHOPTS='-F /ssh/config -p 22' nix copy 'a b'");
  const there: Command = { ...here, where: 'target', argv: ['sudo', 'sh', '-c', 'echo\u001b[2J'], env: {} };
  expect(commandLine(there)).toBe("on nas: sudo sh -c 'echo\\u001b[2J'");
});

it('a host that is this computer needs no address', () => {
  expect(targetText({ target: null, isThisComputer: true })).toBe('this computer');
});

const nas = hostName.parse('nas');
const step: Step = {
  host: nas,
  stage: 'copy',
  state: 'running',
  done: 1024,
  total: 4096,
  unit: 'bytes',
  bytesPerSecond: null,
  note: '',
  startedAt: 0,
  endedAt: null,
};
const job: JobDetail = {
  summary: {
    id: jobId.parse('20260101-000000-abcdef'),
    kind: 'deploy',
    title: 'Switch nas',
    fleetId: null,
    hosts: [nas],
    state: 'interrupted',
    queuedAt: 0,
    startedAt: 0,
    endedAt: 1,
    waitingFor: null,
    stepsDone: 0,
    stepsTotal: 1,
    estimatedMsLeft: null,
    pendingPrompt: null,
  },
  spec: {},
  nextSeq: 0,
  steps: [step],
  commands: [],
  builds: {},
  problems: [],
  outcomes: {
    nas: {
      state: 'failed',
      generation: 3,
      system: '/nix/store/x',
      error: { code: 'c', title: 'T', evidence: '', advice: [] },
    },
  },
  notes: [],
  watchdogs: {},
  changes: {},
  health: {},
  problem: { code: 'j', title: 'Its process died', evidence: '', advice: [] },
};

describe('a job', () => {
  it('shows how far a step is', () => {
    expect(stepText(step, plain)).toBe('▸  nas  copy       running  1.0 KiB of 4.0 KiB');
    expect(stepText({ ...step, state: 'done', note: '3 paths', endedAt: 1500 }, plain)).toBe(
      '✓  nas  copy       done  3 paths  1.5 s',
    );
  });

  it('ends with each host’s outcome and its error', () => {
    const text = outcomeText(job, plain);
    expect(text).toContain('nas   ✗ failed  generation 3  /nix/store/x');
    expect(text).toContain('error: nas: T');
    expect(text).toContain('error: Its process died');
    expect(text).toContain('Switch nas: interrupted');
  });

  it('does not tell an error again that was told before', () => {
    const told = { code: 'c', title: 'T', evidence: '', advice: [] };
    const text = outcomeText(job, plain, [{ host: nas, problem: told }]);
    expect(text).not.toContain('error: nas');
    expect(text).toContain('nas   ✗ failed');
    for (const other of [
      { host: nas, problem: { ...told, evidence: 'another line' } },
      { host: hostName.parse('pi'), problem: told },
    ]) {
      expect(outcomeText(job, plain, [other])).toContain('error: nas: T');
    }
  });

  it('has one of four ends for scripts, and why is said where no host can say it', () => {
    const { outcomes, problem } = job;
    const line = { type: 'result', job: job.summary.id, hosts: outcomes };
    expect(resultLine(job)).toEqual({ ...line, state: 'failed', problem });
    for (const state of ['succeeded', 'partial', 'cancelled', 'failed'] as const) {
      const ended = { ...job, summary: { ...job.summary, state }, problem: null };
      expect(resultLine(ended)).toEqual({ ...line, state });
    }
  });
});
