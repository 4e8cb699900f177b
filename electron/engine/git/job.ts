import { join } from 'node:path';
import type { Command } from '../../../shared/contract/job.ts';
import { ProblemError } from '../errors.ts';
import { JobCancelled, type JobContext, type JobExecutor, type JobResult } from '../jobs/context.ts';
import { prepareSshFiles } from '../ssh/config.ts';
import { quoteArgument } from '../ssh/quote.ts';
import { actWithGit } from './act.ts';
import { Askpass } from './askpass.ts';
import { foreignVariables, git, plainly, type GitOptions } from './core.ts';
import { noIdentity } from './errors.ts';
import { explainRemote } from './explain.ts';
import { GitOutput, withoutPasswords } from './progress.ts';
import { planPull } from './pull-plan.ts';
import { gitSpec, type GitSpec } from './spec.ts';
import { currentOperation } from './work-tree-state.ts';

export { gitSpec, type GitSpec };

const succeeded: JobResult = { state: 'succeeded', outcomes: new Map(), problem: null };

/** Talks to a repository's remote: fetches, pulls without ever leaving a conflict behind, or pushes without force. */
export const executeGit: JobExecutor<GitSpec> = async (context, spec) => {
  for (const name of foreignVariables) delete process.env[name];
  await using askpass = await Askpass.start(context, join(context.jobFolder, 'askpass'));
  const remote = new Remote(context, spec, { ...askpass.environment, ...(await sshCommand(spec)) });
  if (spec.action === 'push') {
    const { branch, remoteBranch, setsUpstream } = spec;
    const refs = `refs/heads/${branch ?? ''}:refs/heads/${remoteBranch ?? ''}`;
    await remote.run('push', [...(setsUpstream ? ['--set-upstream'] : []), spec.remote, refs]);
    return succeeded;
  }
  await remote.run('fetch', [spec.remote]);
  if (spec.action === 'pull') await pull(context, spec);
  return succeeded;
};

/**
 * Our ssh for git: with our known_hosts and limits of time, and with questions that a person answers. A command of the
 * user's own (core.sshCommand, GIT_SSH_COMMAND, GIT_SSH) stays; its questions come to the window too.
 */
async function sshCommand({ folder, sshFolder }: GitSpec): Promise<Record<string, string>> {
  const own = await git(['config', '--get', 'core.sshCommand'], { cwd: folder, expectedExitCodes: [0, 1] });
  if (own.exitCode === 0 || process.env['GIT_SSH_COMMAND'] || process.env['GIT_SSH']) return {};
  const { config } = prepareSshFiles(sshFolder);
  // Git gives this text to a shell.
  const options = ['BatchMode=no', 'StrictHostKeyChecking=ask', 'HashKnownHosts=no'].map((option) => `-o ${option}`);
  return { GIT_SSH_COMMAND: `ssh -F ${quoteArgument(config)} ${options.join(' ')}` };
}

/** Git on a terminal of the job, with its progress, its words in the log, and its failures explained. */
class Remote {
  readonly #context: JobContext;
  readonly #spec: GitSpec;
  readonly #env: Record<string, string>;

  constructor(context: JobContext, spec: GitSpec, env: Record<string, string>) {
    this.#context = context;
    this.#spec = spec;
    this.#env = env;
  }

  /** @throws ProblemError that says why; JobCancelled */
  async run(verb: 'fetch' | 'push', args: readonly string[]): Promise<void> {
    const { folder, remote, action } = this.#spec;
    const context = this.#context;
    context.emit({ type: 'activity', activity: { text: `Connecting to ${remote}`, done: 0, total: 0 } });
    const output = new GitOutput(
      (line) => context.log(null, `${withoutPasswords(line)}\n`),
      (activity) => context.emit({ type: 'activity', activity }),
    );
    const { exitCode } = await context.run({
      host: null,
      stage: 'copy',
      argv: ['git', ...plainly, verb, '--progress', ...args],
      cwd: folder,
      // Not every part of git looks at color.ui, and colours would hide the words that are looked for.
      env: { ...this.#env, TERM: 'dumb' },
      shown: { where: 'here', argv: ['git', '-C', folder, verb, ...args], env: {} },
      isLogged: false,
      onOutput: (text) => output.push(text),
    });
    output.end();
    if (exitCode === 0) return;
    const text = withoutPasswords(output.text);
    throw new ProblemError(explainRemote({ action, remote, place: await this.#place(), exitCode, text }));
  }

  async #place(): Promise<string> {
    const { folder, remote } = this.#spec;
    const answer = await git(['remote', 'get-url', remote], { cwd: folder, expectedExitCodes: [0, 2, 128] });
    return withoutPasswords(answer.stdout.toString('utf8').trim()) || remote;
  }
}

async function pull(context: JobContext, { folder, upstream, how }: GitSpec): Promise<void> {
  const options: GitOptions = { cwd: folder, signal: context.signal };
  context.emit({ type: 'activity', activity: { text: 'Looking for conflicts', done: 0, total: 0 } });
  const plan = await planPull(upstream ?? '', how, options);
  if (plan.refusal !== null) throw new ProblemError(plan.refusal);
  if (plan.kind === 'nothing') {
    context.emit({ type: 'note', text: 'There was nothing to pull.' });
    return;
  }
  if (plan.kind !== 'fast-forward' && !(await isKnown(options))) throw new ProblemError(noIdentity());
  const argv: [string, ...string[]] =
    plan.kind === 'rebase'
      ? ['rebase', plan.upstream]
      : ['merge', plan.kind === 'fast-forward' ? '--ff-only' : '--no-edit', plan.upstream];
  await apply(context, argv, options);
  const count = plan.behind === 1 ? '1 commit' : `${plan.behind} commits`;
  context.emit({ type: 'note', text: `Pulled ${count} from ${plan.upstream}.` });
}

async function isKnown(options: GitOptions): Promise<boolean> {
  const answer = await git(['var', 'GIT_COMMITTER_IDENT'], { ...options, expectedExitCodes: [0, 128] });
  return answer.exitCode === 0;
}

/** Merges or rebases; where that fails or is cancelled midway, the work tree is put back to what it was. */
async function apply(context: JobContext, argv: [string, ...string[]], options: GitOptions): Promise<void> {
  const command: Command = {
    host: null,
    stage: 'activate',
    where: 'here',
    argv: ['git', '-C', options.cwd, ...argv],
    env: {},
  };
  context.emit({ type: 'command', command, exitCode: null });
  let exitCode = 1;
  try {
    const { stdout, stderr } = await actWithGit(argv, options);
    context.log(null, `${stdout.toString('utf8')}${stderr}`);
    exitCode = 0;
  } catch (error) {
    if (error instanceof ProblemError) context.log(null, `${error.problem.evidence}\n`);
    await breakOff(options.cwd);
    if (context.signal.aborted) throw new JobCancelled();
    throw error;
  } finally {
    context.emit({ type: 'command', command, exitCode });
  }
}

async function breakOff(cwd: string): Promise<void> {
  const operation = await currentOperation({ cwd });
  if (operation === 'merge' || operation === 'rebase') await git([operation, '--abort'], { cwd });
}
