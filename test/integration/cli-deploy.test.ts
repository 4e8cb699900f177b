import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hostOutcome, jobDetail, jobSummary, stage, stepState } from '../../shared/contract/job.ts';
import { problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, type Lab } from '../lab/index.ts';

const line = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('step'),
    host: z.string(),
    stage,
    state: stepState,
    done: z.number(),
    total: z.number(),
    unit: z.string(),
    at: z.number(),
  }),
  z.object({ type: z.literal('watchdog'), host: z.string() }),
  z.object({
    type: z.literal('result'),
    job: z.string(),
    state: z.enum(['succeeded', 'failed', 'partial', 'cancelled']),
    hosts: z.record(z.string(), hostOutcome),
  }),
]);
type Line = z.infer<typeof line>;

let lab: Lab;
const program = ['node', commandLine];
const nixstead = (...argv: string[]) => lab.controller.exec([...program, ...argv], { timeoutMs: 90_000 });

function linesOf(stdout: string): {
  steps: Extract<Line, { type: 'step' }>[];
  result: Extract<Line, { type: 'result' }>;
} {
  const lines = stdout
    .trim()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)));
  const last = lines.pop();
  if (last?.type !== 'result') throw new Error(`The last line is no result: ${JSON.stringify(last)}`);
  return { steps: lines.filter((each) => each.type === 'step'), result: last };
}

describeLab('the command line in a lab', () => {
  let path: string;
  beforeAll(async () => {
    lab = await createLab({ name: 'cli', onProgress: console.log });
    await lab.up(['alpha', 'beta']);
    path = (await lab.fleet('factory', { hosts: ['alpha', 'beta', 'nobody'], tags: { alpha: ['web'], beta: ['web'] } }))
      .path;
  });
  afterAll(() => lab?.down());

  test('refuses to deploy where nobody can be asked and --yes is missing', async () => {
    const { exitCode, stdout } = await nixstead('deploy', path, '--on', 'alpha', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'wrong-usage' } });
    expect((await nixstead('deploy', path, '--on', 'alpha')).exitCode).toBe(2);
  });

  test('deploys what a selection matches: a line per step, and how each host ended', async () => {
    const { exitCode, stdout, stderr } = await nixstead('deploy', path, '--on', '@web & !beta', '--yes', '--json');
    expect(exitCode, stdout + stderr).toBe(0);
    const { steps, result } = linesOf(stdout);
    expect(new Set(steps.map((step) => step.host))).toEqual(new Set(['alpha']));
    for (const name of ['evaluate', 'build', 'copy', 'activate', 'confirm', 'verify']) {
      expect(steps.filter((step) => step.stage === name).at(-1)?.state, name).toBe('done');
    }
    const times = steps.map((step) => step.at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(result.state).toBe('succeeded');
    expect(Object.keys(result.hosts)).toEqual(['alpha']);
    const { state, system, generation } = result.hosts['alpha'] ?? {};
    expect([state, generation]).toEqual(['succeeded', expect.any(Number)]);
    const running = await lab.controller.exec([
      'ssh',
      '-oStrictHostKeyChecking=no',
      'alpha',
      'readlink',
      '-f',
      '/run/current-system',
    ]);
    expect(running.stdout.trim()).toBe(system);
  });

  test('shows the plan, the exact commands and what is odd about the selection; says so when there is nothing to do', async () => {
    const { exitCode, stdout, stderr } = await nixstead('deploy', path, '--on', 'alpha,@wbe', '--yes');
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stderr).toContain('there are no hosts with tag ‘wbe’; did you mean web?');
    expect(stderr).toContain('switch on 1 host');
    expect(stderr).toMatch(/nix .*copy .*ssh-ng:/);
    expect(stdout).toContain('nothing to do');
  });

  test('a host that cannot be reached fails, the others are deployed, and the exit status says failed', async () => {
    const { exitCode, stdout } = await nixstead('deploy', path, '--on', 'beta,nobody', '--yes', '--json');
    expect(exitCode).toBe(1);
    const { result } = linesOf(stdout);
    expect(result).toMatchObject({
      state: 'partial',
      hosts: { beta: { state: 'succeeded' }, nobody: { state: 'failed' } },
    });
    expect(result.hosts['nobody']?.error?.code).toMatch(/^ssh-/);
  });

  test('why a host failed is told once, with what came of the hosts', async () => {
    const { stdout, stderr } = await nixstead('deploy', path, '--on', 'nobody', '--yes');
    expect(stderr).not.toContain('error: nobody');
    expect(stdout.match(/^error: nobody: .+/gm)).toHaveLength(1);
    expect(stdout).toMatch(/✗ failed[^]*error: nobody: /);
    expect(stdout.match(/^ {2}→ .+/gm)).toHaveLength(new Set(stdout.match(/^ {2}→ .+/gm)).size);
  });

  test('jobs are listed, shown and their logs printed', async () => {
    const list = z.array(jobSummary).parse(JSON.parse((await nixstead('jobs', 'list', '--json')).stdout));
    expect(list.map((job) => job.state)).toEqual(['failed', 'partial', 'succeeded', 'succeeded']);
    const [, latest] = list;
    const shown = await nixstead('jobs', 'show', latest?.id ?? '', '--json');
    const detail = jobDetail.parse(JSON.parse(shown.stdout));
    expect(detail.commands.length).toBeGreaterThan(0);
    expect((await nixstead('jobs', 'show', latest?.id ?? '')).stdout).toContain('beta');
    const log = await nixstead('jobs', 'log', latest?.id ?? '', '--host', 'beta');
    expect(log.exitCode).toBe(0);
    expect(log.stdout).not.toBe('');
    const unknown = await nixstead('jobs', 'log', latest?.id ?? '', '--host', 'gamma', '--json');
    expect(unknown.exitCode).toBe(2);
  });

  test('states of hosts choose hosts', async () => {
    const { exitCode, stdout, stderr } = await nixstead('fleet', 'hosts', path, '--on', 'state:reachable');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe('alpha\nbeta\n');
    expect((await nixstead('fleet', 'hosts', path, '--on', '!state:reachable')).stdout).toBe('nobody\n');
  });

  test('Ctrl-C cancels the job and says how it ended', async () => {
    const slow = await lab.fleet('plain', {
      name: 'slow',
      hosts: ['alpha'],
      config: { alpha: 'pocket.activationSeconds = 60;' },
    });
    const pidFile = join(lab.folder, 'pid');
    const argv = [...program, 'deploy', slow.path, '--on', 'alpha', '--goal', 'test', '--yes', '--json'];
    const child = lab.controller.spawn(['sh', '-c', 'echo $$ >"$0"; exec "$@"', pidFile, ...argv]);
    const ended = once(child, 'exit');
    const lines: Line[] = [];
    if (child.stdout === null) throw new Error('No output');
    let isInterrupted = false;
    for await (const text of createInterface({ input: child.stdout })) {
      const said = line.parse(JSON.parse(text));
      lines.push(said);
      if (isInterrupted || said.type !== 'step' || said.stage !== 'activate' || said.unit !== 'units') continue;
      isInterrupted = true;
      // To the program alone: a terminal would reach it so, and the words that enter the machine would die of it.
      await lab.controller.exec(['sh', '-c', 'kill -INT "$(cat "$0")"', pidFile]);
    }
    expect(await ended).toEqual([1, null]);
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      state: 'cancelled',
      hosts: { alpha: { state: 'cancelled' } },
    });
  });

  test('the doctor answers', async () => {
    const { exitCode, stdout } = await nixstead('doctor', '--json');
    const findings = z.array(z.object({ code: z.string(), severity: z.string() })).parse(JSON.parse(stdout));
    expect(exitCode).toBe(0);
    expect(findings.find((finding) => finding.code === 'ssh-key')?.severity).toBe('ok');
  });

  test.each([
    [['fleet', 'shw'], 2],
    [['fleet', 'show'], 2],
    [['deploy', '/nowhere', '--on', 'a', '--goal', 'fly', '--yes'], 2],
    [['deploy', '/nowhere', '--on', 'a', '--yes'], 3],
    [['fleet', 'show', '/nowhere'], 3],
    [['jobs', 'show', 'not-an-id'], 2],
    [['jobs', 'show', '20260101-000000-abcdef'], 1],
    [['--help'], 0],
    [['--version'], 0],
  ])('%j ends with %i', async (argv, expected) => {
    const { exitCode, stdout } = await nixstead(...argv);
    expect(exitCode).toBe(expected);
    if (expected > 0) {
      const json = await nixstead(...argv, '--json');
      expect(json.exitCode).toBe(expected);
      expect(problem.safeParse(z.object({ error: z.unknown() }).parse(JSON.parse(json.stdout)).error).success).toBe(
        true,
      );
      expect(stdout).toBe('');
    }
  });

  test('wrong selections point at the character, and a mistyped name is no deploy of the rest', async () => {
    const wrong = await nixstead('fleet', 'hosts', path, '--on', 'alpha,(beta');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/alpha,\(beta\n.* {6}\^ this ‘\(’ is not closed/);
    const mistyped = await nixstead('deploy', path, '--on', 'alpha,bta', '--yes', '--json');
    expect(mistyped.exitCode).toBe(2);
    expect(JSON.parse(mistyped.stdout)).toMatchObject({
      error: { code: 'no-such-host', advice: ['Did you mean beta?'] },
    });
  });
});
