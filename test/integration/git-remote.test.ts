import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail, Prompt } from '../../shared/contract/job.ts';
import { actWithGit } from '../../electron/engine/git/act.ts';
import { createBranch, listBranches, switchBranch } from '../../electron/engine/git/branches.ts';
import { git } from '../../electron/engine/git/core.ts';
import { planSync } from '../../electron/engine/git/plan-sync.ts';
import { planPull } from '../../electron/engine/git/pull-plan.ts';
import type { GitSpec } from '../../electron/engine/git/spec.ts';
import { workTreeState } from '../../electron/engine/git/work-tree-state.ts';
import type { Home } from '../../electron/engine/home.ts';
import { createJobs, type Jobs } from '../../electron/engine/jobs/jobs.ts';
import { openStore, type Store } from '../../electron/engine/store/open.ts';
import { temporaryHome } from './jobs/engine.ts';
import { LocalSshd, makeKey } from './ssh/local-sshd.ts';

let home: Home & Disposable;
let store: Store;
let jobs: Jobs;
let top: string;
/** A clone, as on this computer, and another one, as on somebody else's. */
let mine: string;
let theirs: string;

const run = (cwd: string, ...argv: string[]): string =>
  execFileSync('git', argv, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const write = (cwd: string, file: string, text: string): void => writeFileSync(join(cwd, file), text);
const read = (cwd: string, file: string): string => readFileSync(join(cwd, file), 'utf8');
function commit(cwd: string, file: string, text: string): string {
  write(cwd, file, text);
  run(cwd, 'add', file);
  run(cwd, 'commit', '--quiet', '-m', `${file}: ${text.trim()}`);
  return run(cwd, 'rev-parse', 'HEAD');
}
function hook(cwd: string, name: string, script: string): void {
  mkdirSync(join(cwd, '.git/hooks'), { recursive: true });
  write(cwd, `.git/hooks/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(cwd, '.git/hooks', name), 0o755);
}
const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: { problem?: { code: string; title: string; evidence: string } }) => error.problem ?? error,
  );

/** Does something with the remote as a job, answers what it asks, and waits for its end. */
async function sync(
  action: GitSpec['action'],
  options: { how?: 'merge' | 'rebase'; answers?: readonly string[]; folder?: string } = {},
): Promise<{ job: JobDetail; asked: Prompt[] }> {
  const { how = null, answers = [], folder = mine } = options;
  const route = await planSync(action, how, { cwd: folder });
  const spec: GitSpec = { version: 1, action, folder, ...route, sshFolder: home.ssh };
  const id = await jobs.queue({ kind: 'git', spec, title: action, fleetId: null, hosts: [] });
  const asked: Prompt[] = [];
  for await (const event of jobs.watch(id)) {
    const { pendingPrompt } = event.type === 'snapshot' ? event.job.summary : event.summary;
    if (pendingPrompt === null || asked.some((prompt) => prompt.id === pendingPrompt.id)) continue;
    const answer = answers[asked.length];
    asked.push(pendingPrompt);
    if (answer === undefined) await jobs.cancel(id);
    else await jobs.answer(id, pendingPrompt.id, answer);
  }
  return { job: await jobs.show(id), asked };
}

beforeAll(() => {
  home = temporaryHome();
  store = openStore(home).store;
  jobs = createJobs({ home, store });
});
afterAll(async () => {
  await jobs[Symbol.asyncDispose]();
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'nixstead-git-test-'));
  mine = join(top, 'mine');
  theirs = join(top, 'theirs');
  run(top, 'init', '--quiet', '--bare', '--initial-branch=main', 'remote.git');
  for (const folder of ['mine', 'theirs']) {
    const cwd = join(top, folder);
    run(top, 'clone', '--quiet', 'remote.git', folder);
    run(cwd, 'config', 'user.name', folder);
    run(cwd, 'config', 'user.email', `${folder}@example.invalid`);
    if (folder === 'theirs') continue;
    commit(cwd, 'flake.nix', '{ }\n');
    run(cwd, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  }
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('fetching, pulling and pushing', () => {
  test('a fetch tells how far the branch is behind, a pull goes forward, a push takes commits there', async () => {
    const theirCommit = commit(theirs, 'lib.nix', '{ }\n');
    run(theirs, 'push', '--quiet');
    expect((await sync('fetch')).job.summary.state).toBe('succeeded');
    const state = await workTreeState({ cwd: mine }, '');
    expect(state).toMatchObject({ upstream: 'origin/main', ahead: 0, behind: 1, remotes: ['origin'] });
    expect(state.fetchedAt).toBeGreaterThan(0);
    // What is not committed and not theirs stays as it is, also what git was only told of.
    write(mine, 'flake.nix', '{ mine = 1; }\n');
    write(mine, 'new.nix', '{ }\n');
    run(mine, 'add', '--intent-to-add', 'new.nix');
    const { job } = await sync('pull');
    expect(job.summary.state, JSON.stringify(job.problem)).toBe('succeeded');
    expect(job.notes.map(({ text }) => text)).toEqual(['Pulled 1 commit from origin/main.']);
    expect(run(mine, 'rev-parse', 'HEAD')).toBe(theirCommit);
    expect(read(mine, 'flake.nix')).toBe('{ mine = 1; }\n');
    expect(job.commands.map(({ command, exitCode }) => [command.argv[3], exitCode])).toEqual([
      ['fetch', 0],
      ['merge', 0],
    ]);
    const myCommit = commit(mine, 'flake.nix', '{ mine = 2; }\n');
    expect((await sync('push')).job.summary.state).toBe('succeeded');
    expect(run(join(top, 'remote.git'), 'rev-parse', 'main')).toBe(myCommit);
  });

  test('a new branch is pushed to one of its name and follows it from then on', async () => {
    await createBranch('attic/nas', { cwd: mine });
    commit(mine, 'nas.nix', '{ }\n');
    expect(await problemOf(sync('pull'))).toMatchObject({ code: 'git-no-upstream' });
    expect((await sync('push')).job.summary.state).toBe('succeeded');
    expect(await workTreeState({ cwd: mine }, '')).toMatchObject({ branch: 'attic/nas', upstream: 'origin/attic/nas' });
  });

  test('a pull that would conflict says so and leaves everything as it was', async () => {
    for (const how of ['merge', 'rebase'] as const) {
      const before = run(mine, 'rev-parse', 'HEAD');
      commit(theirs, 'flake.nix', `{ theirs = "${how}"; }\n`);
      run(theirs, 'push', '--quiet');
      const head = commit(mine, 'flake.nix', `{ mine = "${how}"; }\n`);
      const { job } = await sync('pull', { how });
      expect(job.problem).toMatchObject({ code: 'git-pull-conflict', evidence: 'flake.nix' });
      expect(run(mine, 'rev-parse', 'HEAD')).toBe(head);
      expect(run(mine, 'status', '--porcelain')).toBe('');
      expect(await workTreeState({ cwd: mine }, '')).toMatchObject({ operation: null, ahead: 1, behind: 1 });
      const plan = await planPull('origin/main', how, { cwd: mine });
      expect(plan).toMatchObject({ kind: how, files: ['flake.nix'], refusal: { code: 'git-pull-conflict' } });
      expect(plan.commits).toMatchObject([{ author: 'theirs', subject: `flake.nix: { theirs = "${how}"; }` }]);
      run(mine, 'reset', '--quiet', '--hard', before);
      run(mine, 'pull', '--quiet');
    }
  });

  test('both sides’ commits are brought together by merge or rebase where they do not conflict', async () => {
    commit(theirs, 'theirs.nix', '{ }\n');
    run(theirs, 'push', '--quiet');
    commit(mine, 'mine.nix', '{ }\n');
    expect((await sync('pull', { how: 'rebase' })).job.summary.state).toBe('succeeded');
    expect(run(mine, 'log', '--format=%s')).toBe('mine.nix: { }\ntheirs.nix: { }\nflake.nix: { }');
    commit(theirs, 'more.nix', '{ }\n');
    run(theirs, 'push', '--quiet');
    write(mine, 'mine.nix', '{ dirty = 1; }\n');
    expect((await sync('pull', { how: 'rebase' })).job.problem?.code).toBe('git-rebase-needs-clean-tree');
    const { job } = await sync('pull', { how: 'merge' });
    expect(job.summary.state, JSON.stringify(job.problem)).toBe('succeeded');
    expect(run(mine, 'log', '-1', '--format=%P').split(' ')).toHaveLength(2);
    expect(read(mine, 'mine.nix')).toBe('{ dirty = 1; }\n');
  });

  test('changes that are not committed and files that git does not know are never written over', async () => {
    commit(theirs, 'flake.nix', '{ theirs = 1; }\n');
    commit(theirs, 'new.nix', 'theirs\n');
    run(theirs, 'push', '--quiet');
    write(mine, 'flake.nix', '{ mine = 1; }\n');
    write(mine, 'new.nix', 'mine\n');
    const { job } = await sync('pull');
    expect(job.problem).toMatchObject({ code: 'git-would-overwrite', evidence: 'flake.nix\nnew.nix' });
    expect([read(mine, 'flake.nix'), read(mine, 'new.nix')]).toEqual(['{ mine = 1; }\n', 'mine\n']);
  });

  test('a push that the other side is ahead of is refused, and so is one that its own hook refuses', async () => {
    commit(theirs, 'theirs.nix', '{ }\n');
    run(theirs, 'push', '--quiet');
    commit(mine, 'mine.nix', '{ }\n');
    const behind = (await sync('push')).job.problem;
    expect(behind, JSON.stringify(behind)).toMatchObject({ code: 'git-push-rejected' });
    await sync('pull', { how: 'rebase' });
    hook(mine, 'pre-push', 'echo "the tests fail"; exit 1');
    const { job } = await sync('push');
    expect(job.problem).toMatchObject({ code: 'git-hook-refused', evidence: 'the tests fail' });
    rmSync(join(mine, '.git/hooks/pre-push'));
    const remoteHook = join(top, 'remote.git/hooks/pre-receive');
    writeFileSync(remoteHook, '#!/bin/sh\necho "main is protected" >&2; exit 1\n', { mode: 0o755 });
    const refused = (await sync('push')).job.problem;
    expect(refused).toMatchObject({ code: 'git-push-refused' });
    expect(refused?.evidence).toContain('remote: main is protected');
  });

  test('a remote that is gone is named', async () => {
    run(mine, 'remote', 'set-url', 'origin', join(top, 'nowhere.git'));
    expect((await sync('fetch')).job.problem).toMatchObject({
      code: 'git-remote-missing',
      title: `There is no repository at ${top}/nowhere.git, or you may not see it`,
    });
    run(mine, 'remote', 'remove', 'origin');
    expect(await problemOf(sync('fetch'))).toMatchObject({ code: 'git-no-remote' });
  });

  test('a merge in the middle, a detached head and an unknown identity are told and never end in a crash', async () => {
    commit(theirs, 'theirs.nix', '{ }\n');
    run(theirs, 'push', '--quiet');
    commit(mine, 'mine.nix', '{ }\n');
    run(mine, 'config', '--unset', 'user.name');
    run(mine, 'config', '--unset', 'user.email');
    run(mine, 'config', 'user.useConfigOnly', 'true');
    // Nobody’s own configuration may stand in.
    const configs = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    Object.assign(process.env, configs);
    try {
      expect((await workTreeState({ cwd: mine }, '')).identity).toBeNull();
      expect((await sync('pull', { how: 'merge' })).job.problem?.code).toBe('git-no-identity');
    } finally {
      for (const name of Object.keys(configs)) Reflect.deleteProperty(process.env, name);
    }
    run(mine, 'config', 'user.name', 'mine');
    run(mine, 'config', 'user.email', 'mine@example.invalid');
    run(mine, 'checkout', '--quiet', '--detach');
    for (const action of ['pull', 'push'] as const) {
      expect(await problemOf(sync(action))).toMatchObject({ code: 'git-detached-head' });
    }
    expect((await sync('fetch')).job.summary.state).toBe('succeeded');
    run(mine, 'switch', '--quiet', 'main');
    write(mine, 'theirs.nix', 'other\n');
    run(mine, 'add', '.');
    run(mine, 'commit', '--quiet', '-m', 'other');
    await git(['merge', 'origin/main'], { cwd: mine, expectedExitCodes: [1] });
    expect(await workTreeState({ cwd: mine }, '')).toMatchObject({ operation: 'merge' });
    expect(await problemOf(sync('pull'))).toMatchObject({ code: 'git-operation-unfinished' });
    await actWithGit(['merge', '--abort'], { cwd: mine });
    await git(['rebase', 'origin/main'], { cwd: mine, expectedExitCodes: [1] });
    expect(await workTreeState({ cwd: mine }, '')).toMatchObject({ operation: 'rebase', branch: null });
    await actWithGit(['rebase', '--abort'], { cwd: mine });
    expect(await workTreeState({ cwd: mine }, '')).toMatchObject({ operation: null, branch: 'main' });
  });
});

describe('branches', () => {
  test('are listed with what they follow, made, and switched to, also those that only the remote has', async () => {
    run(theirs, 'switch', '--quiet', '--create', 'attic');
    commit(theirs, 'attic.nix', '{ }\n');
    run(theirs, 'push', '--quiet', '--set-upstream', 'origin', 'attic');
    await sync('fetch');
    expect((await listBranches({ cwd: mine })).remote.map(({ name }) => name).sort()).toEqual([
      'origin/attic',
      'origin/main',
    ]);
    await switchBranch('origin/attic', { cwd: mine });
    commit(mine, 'attic.nix', '{ more = 1; }\n');
    const { local } = await listBranches({ cwd: mine });
    expect(local.find(({ isCurrent }) => isCurrent)).toMatchObject({
      name: 'attic',
      upstream: 'origin/attic',
      ahead: 1,
      behind: 0,
      subject: 'attic.nix: { more = 1; }',
    });
    for (const name of ['-x', 'a b', 'a..b', '@{-1}', 'x\ny', 'HEAD']) {
      expect(await problemOf(createBranch(name, { cwd: mine })), name).toMatchObject({
        code: expect.stringMatching(/git-/) as string,
      });
    }
    expect(await problemOf(switchBranch('--help', { cwd: mine }))).toMatchObject({ code: 'git-no-such-branch' });
    write(mine, 'flake.nix', '{ dirty = 1; }\n');
    await switchBranch('main', { cwd: mine });
    expect(read(mine, 'flake.nix')).toBe('{ dirty = 1; }\n');
    write(mine, 'attic.nix', 'mine\n');
    expect(await problemOf(switchBranch('attic', { cwd: mine }))).toMatchObject({
      code: 'git-would-overwrite',
      evidence: 'attic.nix',
    });
    expect(run(mine, 'branch', '--show-current')).toBe('main');
  });
});

describe('hooks', () => {
  test('run for a commit as git would run them; the words of one that refuses are shown', async () => {
    hook(mine, 'pre-commit', 'echo "nixfmt: flake.nix is not formatted"; exit 1');
    hook(mine, 'post-checkout', `touch "${top}/checked-out"`);
    write(mine, 'flake.nix', '{ a=1; }\n');
    run(mine, 'add', '.');
    const refused = await problemOf(actWithGit(['commit', '--quiet', '-m', 'x'], { cwd: mine }));
    expect(refused).toMatchObject({
      code: 'git-hook-refused',
      title: 'The hook pre-commit of this repository did not let git commit go on',
      evidence: 'nixfmt: flake.nix is not formatted',
    });
    hook(mine, 'pre-commit', `touch "${top}/committed"; git status >/dev/null`);
    hook(mine, 'commit-msg', 'echo "signed: me" >> "$1"');
    await actWithGit(['commit', '--quiet', '-m', 'x'], { cwd: mine });
    expect(existsSync(join(top, 'committed'))).toBe(true);
    expect(run(mine, 'log', '-1', '--format=%B')).toContain('signed: me');
    // Looking and putting files back runs none.
    await git(['restore', '--source=HEAD', '--worktree', '.'], { cwd: mine });
    await workTreeState({ cwd: mine }, '');
    expect(existsSync(join(top, 'checked-out'))).toBe(false);
    await createBranch('other', { cwd: mine });
    expect(existsSync(join(top, 'checked-out'))).toBe(true);
  });

  test('that take long are ended with the commit when it is broken off', async () => {
    execFileSync('mkfifo', [join(top, 'started')]);
    hook(mine, 'pre-commit', `echo now > "${top}/started"; sleep 100000`);
    write(mine, 'flake.nix', '{ b = 1; }\n');
    run(mine, 'add', '.');
    const stop = new AbortController();
    const committing = problemOf(actWithGit(['commit', '--quiet', '-m', 'x'], { cwd: mine, signal: stop.signal }));
    const started = spawn('cat', [join(top, 'started')], { stdio: 'ignore' });
    await once(started, 'close');
    stop.abort();
    expect(await committing).toMatchObject({ name: 'AbortError' });
    expect(existsSync(join(mine, '.git/index.lock'))).toBe(false);
    expect(run(mine, 'status', '--porcelain')).toBe('M  flake.nix');
  });
});

describe('a remote over a real sshd', () => {
  let sshd: LocalSshd;
  beforeAll(async () => {
    sshd = await LocalSshd.start();
  });
  afterAll(() => sshd[Symbol.dispose]());

  const useKey = (key: string): void => {
    const known = join(top, 'known_hosts');
    run(mine, 'remote', 'set-url', 'origin', `ssh://${sshd.user}@127.0.0.1:${sshd.port}${top}/remote.git`);
    const ssh = `ssh -F none -i ${key} -o IdentitiesOnly=yes -o UserKnownHostsFile=${known} -o GlobalKnownHostsFile=none`;
    run(mine, 'config', 'core.sshCommand', ssh);
  };

  test('is trusted at first sight where a person says so, and asks for the passphrase, again where it was wrong', async () => {
    const key = join(top, 'locked');
    makeKey(key, 'correct horse');
    sshd.authorize(`${key}.pub`);
    useKey(key);
    const no = await sync('fetch', { answers: ['no'] });
    expect(no.asked).toMatchObject([{ kind: 'host-key', fingerprint: sshd.hostFingerprint }]);
    expect(no.job.problem?.code).toMatch(/^ssh-/);
    const { job, asked } = await sync('fetch', { answers: ['yes', 'wrong', 'correct horse'] });
    expect(job.summary.state, JSON.stringify(job.problem)).toBe('succeeded');
    expect(asked.map(({ kind }) => kind)).toEqual(['host-key', 'password', 'password']);
    expect(asked[1]?.text).toContain(`Enter passphrase for key '${key}'`);
    expect(asked[2]?.text).toContain('The last answer was not right');
    commit(mine, 'pushed.nix', '{ }\n');
    expect((await sync('push', { answers: ['correct horse'] })).job.summary.state).toBe('succeeded');
    // Neither the answers nor the pipes that they went through are left anywhere.
    const { stdout } = spawnResult('grep', ['-rlF', 'correct horse', home.root]);
    expect(stdout).toBe('');
    for (const id of readdirSync(home.jobs)) expect(existsSync(join(home.jobs, id, 'askpass'))).toBe(false);
    const cancelled = await sync('fetch');
    expect(cancelled.job.summary.state).toBe('cancelled');
  });

  test('is reached with our own known hosts where the user has no ssh command', async () => {
    run(mine, 'remote', 'set-url', 'origin', `ssh://${sshd.user}@127.0.0.1:${sshd.port}${top}/remote.git`);
    using agent = Agent.start(join(top, 'agent'), join(sshd.folder, 'client'));
    void agent;
    const { job, asked } = await sync('fetch', { answers: ['yes'] });
    expect(job.summary.state, JSON.stringify(job.problem)).toBe('succeeded');
    expect(asked).toMatchObject([{ kind: 'host-key', fingerprint: sshd.hostFingerprint }]);
    expect(read(home.ssh, 'known_hosts')).toContain(`[127.0.0.1]:${sshd.port}`);
    expect((await sync('fetch')).asked).toEqual([]);
    await sshd.changeHostKey();
    expect((await sync('fetch')).job.problem?.code).toBe('ssh-host-key-changed');
  });
});

describe('a remote over HTTP', () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = gitHttpServer(top, 'sam', 'pass word');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url = `http://127.0.0.1:${address.port}/remote.git`;
    run(mine, 'remote', 'set-url', 'origin', url);
    run(mine, 'config', 'credential.helper', '');
    run(join(top, 'remote.git'), 'config', 'http.receivepack', 'true');
  });
  afterEach(() => void server.close());

  test('asks for the user name and the password, which are kept nowhere', async () => {
    commit(mine, 'pushed.nix', '{ }\n');
    const { job, asked } = await sync('push', { answers: ['sam', 'pass word'] });
    expect(job.summary.state, JSON.stringify(job.problem)).toBe('succeeded');
    expect(asked.map(({ kind }) => kind)).toEqual(['text', 'password']);
    const denied = await sync('fetch', { answers: ['sam', 'wrong'] });
    expect(denied.job.problem).toMatchObject({ code: 'git-denied' });
    run(mine, 'remote', 'set-url', 'origin', url.replace('http://', 'http://sam:wr0ng@'));
    const told = await sync('fetch');
    expect(told.job.problem).toMatchObject({ code: 'git-denied' });
    for (const secret of ['pass word', 'wr0ng']) {
      expect(spawnResult('grep', ['-rlF', secret, home.root]).stdout, secret).toBe('');
    }
  });
});

function spawnResult(file: string, argv: string[]): { stdout: string } {
  try {
    return { stdout: execFileSync(file, argv, { encoding: 'utf8' }) };
  } catch {
    return { stdout: '' };
  }
}

/** An ssh-agent with one key, for programs that this process starts. */
class Agent implements Disposable {
  readonly #process: ChildProcess;
  readonly #before = process.env['SSH_AUTH_SOCK'];

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static start(socket: string, key: string): Agent {
    const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    const agent = new Agent(child);
    process.env['SSH_AUTH_SOCK'] = socket;
    execFileSync('sh', ['-c', 'until [ -S "$0" ]; do :; done; ssh-add -q "$1"', socket, key]);
    return agent;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGTERM');
    if (this.#before === undefined) Reflect.deleteProperty(process.env, 'SSH_AUTH_SOCK');
    else process.env['SSH_AUTH_SOCK'] = this.#before;
  }
}

/** Git's own server for HTTP (git-http-backend), behind a user name and a password. */
function gitHttpServer(root: string, user: string, password: string): Server {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return createServer((request, response) => {
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: request.headers['content-length'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        REMOTE_USER: user,
        REMOTE_ADDR: '127.0.0.1',
      },
    });
    request.pipe(backend.stdin);
    const output: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    backend.on('close', () => {
      const whole = Buffer.concat(output);
      const end = whole.indexOf('\r\n\r\n');
      const headers = whole.subarray(0, end).toString('latin1').split('\r\n');
      const status = headers.find((line) => line.startsWith('Status:'))?.slice(8) ?? '200';
      response.statusCode = Number(status.slice(0, 3));
      for (const line of headers.filter((one) => !one.startsWith('Status:'))) {
        const [name = '', ...value] = line.split(': ');
        response.setHeader(name, value.join(': '));
      }
      response.end(whole.subarray(end + 4));
    });
  });
}
