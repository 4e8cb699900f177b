import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { inputsView, plannedEdit, proposal, type InputEdit } from '../../shared/contract/inputs.ts';
import { jobId } from '../../shared/contract/ids.ts';
import { problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, nodePath, projectRoot, type Lab } from '../lab/index.ts';

let lab: Lab;
let fleet: string;

const tried = z.object({ jobId, state: z.string(), problem: problem.nullable(), problems: z.array(problem) });
const refused = z.object({ problem });

async function run(cwd: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { cwd, timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}\n${stderr}`);
  return stdout;
}
const cli = (...argv: string[]) => lab.controller.exec(['node', commandLine, ...argv], { timeoutMs: 90_000 });

/** Has an engine of its own do one thing with the fleet's inputs. */
async function engine<T>(schema: z.ZodType<T>, request: object, path = fleet): Promise<T> {
  const program = join(projectRoot, 'test/integration/inputs/engine-process.ts');
  const argv = [nodePath, program, path, JSON.stringify(request)];
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 90_000 });
  if (exitCode !== 0) throw new Error(stderr);
  return schema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}
const edit = (wanted: InputEdit) => engine(tried, { do: 'edit', edit: wanted });
const accept = (id: string) => engine(proposal, { do: 'accept', jobId: id });

/** A repository with a flake in it, as somebody else's project is. */
async function repository(name: string, outputs: string, inputs = ''): Promise<string> {
  const path = join(lab.folder, 'repositories', name);
  await mkdir(path, { recursive: true });
  await run(path, 'git', 'init', '--quiet');
  await commit(path, outputs, inputs);
  return `git+file://${path}`;
}
async function commit(path: string, outputs: string, inputs = ''): Promise<string> {
  await writeFile(join(path, 'flake.nix'), `{ ${inputs} outputs = _: { ${outputs} }; }\n`);
  await run(path, 'git', 'add', '.');
  await run(path, 'git', 'commit', '--quiet', '--message', outputs);
  return (await run(path, 'git', 'rev-parse', 'HEAD')).trim();
}
const repositoryPath = (name: string): string => join(lab.folder, 'repositories', name);

const flakeText = (pocket: string, library: string, tools: string): string => `{
  description = "Machines at home";

  inputs = {
    nixpkgs.url = "path:${pocket}"; # the small one
    library.url = "${library}";
    tools = {
      url = "${tools}";
      inputs.library.follows = "library";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      library,
      tools,
    }:
    let
      machine =
        name: text:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            {
              networking.hostName = name;
              fileSystems."/".device = "/dev/sda";
              environment.etc.greeting = { inherit text; };
              environment.etc.flake.text = "\${self} \${self.rev or self.dirtyRev or "none"}";
            }
          ];
        };
    in
    {
      nixosConfigurations = {
        alpha = machine "alpha" library.greeting;
        beta = machine "beta" "nothing of theirs";
        gamma = machine "gamma" tools.word;
      };
    };
}
`;

const read = (file: string): Promise<string> => readFile(join(fleet, file), 'utf8');
const leftovers = async (): Promise<string[]> => readdir(join(lab.folder, 'state/cache/scratch')).catch(() => []);

/** Nothing of what was tried is left: no copy, and nothing in the fleet's repository. */
async function expectClean(): Promise<void> {
  expect(await leftovers()).toEqual([]);
  expect((await run(fleet, 'git', 'worktree', 'list')).trim().split('\n')).toHaveLength(1);
  expect(await readdir(join(fleet, '.git/worktrees')).catch(() => [])).toEqual([]);
}
const states = ({ hosts }: z.infer<typeof proposal>): Record<string, string> =>
  Object.fromEntries(hosts.map(({ host, state }) => [host, state]));
const lastLine = (stdout: string): unknown => JSON.parse(stdout.trim().split('\n').at(-1) ?? '');

describeLab('the inputs of a flake, with real nix', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'inputs', onProgress: console.log });
    const library = await repository('library', 'greeting = "one";');
    const tools = await repository('tools', 'word = "hammer";', `inputs.library.url = "${library}";`);
    fleet = join(lab.folder, 'fleets', 'home');
    await mkdir(fleet, { recursive: true });
    await writeFile(join(fleet, 'flake.nix'), flakeText(join(lab.folder, 'inputs/pocket'), library, tools));
    await run(fleet, 'git', 'init', '--quiet');
    await run(fleet, 'git', 'add', '.');
    await run(fleet, 'nix', 'flake', 'lock');
    await run(fleet, 'git', 'add', '.');
    await run(fleet, 'git', 'commit', '--quiet', '--message', 'All machines');
  });
  afterAll(() => lab?.down());

  test('are told with source, revision, age and what follows what, those of inputs too', async () => {
    const { exitCode, stdout, stderr } = await cli('fleet', 'inputs', fleet, '--json');
    expect(exitCode, stderr).toBe(0);
    const { lock, inputs } = inputsView.parse(JSON.parse(stdout));
    expect(lock).toBe('read');
    const revision = (await run(repositoryPath('library'), 'git', 'rev-parse', 'HEAD')).trim();
    const byPath = Object.fromEntries(inputs.map((input) => [input.path.join('/'), input]));
    expect(Object.keys(byPath)).toEqual(['library', 'nixpkgs', 'tools', 'tools/library']);
    expect(byPath['library']).toMatchObject({
      source: `git+file://${repositoryPath('library')}`,
      locked: { revision },
      follows: null,
      isPinned: false,
      place: { file: 'flake.nix', line: 6 },
    });
    expect(byPath['library']?.locked?.lastModified).toBeGreaterThan(0);
    expect(byPath['nixpkgs']).toMatchObject({ isNixpkgs: true, locked: { revision: null } });
    expect(byPath['tools/library']).toMatchObject({ follows: ['library'], locked: null });
    const people = await cli('fleet', 'inputs', fleet);
    expect(people.stdout).toMatch(/^ {2}library +→ library/m);
  });

  test('an update is tried beside the fleet: the hosts that it changes are told, and what changes in them', async () => {
    const revision = await commit(repositoryPath('library'), 'greeting = "two";');
    const before = await read('flake.lock');
    const { state, jobId: id } = await engine(tried, {
      do: 'try',
      change: { kind: 'update', inputs: ['library'] },
      build: true,
    });
    expect(state).toBe('succeeded');
    expect(await read('flake.lock')).toBe(before);
    await expectClean();
    // Another engine, as after a restart of the app.
    const [found] = await engine(z.array(proposal), { do: 'proposals' });
    if (found === undefined) throw new Error('no proposal');
    expect(found).toMatchObject({ jobId: id, state: 'open', files: ['flake.lock'], isBuilt: true });
    expect(found.changes).toMatchObject([{ path: ['library'], after: { revision } }]);
    // Beta holds the flake's text and revision, too; that it is another file now is not the library's doing.
    expect(states(found)).toEqual({ alpha: 'changed', beta: 'same', gamma: 'same' });
    const alpha = found.hosts.find(({ host }) => host === 'alpha');
    expect(alpha?.build).toBe('built');
    expect((await run(alpha?.after?.outPath ?? '', 'cat', 'etc/greeting')).trim()).toBe('two');
    const difference = z.object({ packages: z.array(z.unknown()), derivations: z.number() });
    const { derivations } = await engine(difference, { do: 'compare', jobId: id, host: 'alpha' });
    expect(derivations).toBeGreaterThan(0);

    const accepted = await accept(id);
    expect(accepted.state).toBe('accepted');
    expect(await run(fleet, 'git', 'status', '--porcelain')).toBe(' M flake.lock\n');
    const evaluated = await run(
      fleet,
      'nix',
      'eval',
      '--raw',
      '.#nixosConfigurations.alpha.config.environment.etc.greeting.text',
    );
    expect(evaluated).toBe('two');
    const again = await engine(refused, { do: 'accept', jobId: id });
    expect(again.problem.code).toBe('inputs-no-proposal');
  });

  test('an update from the command line writes the lock where it was told to, and says so where nothing is newer', async () => {
    await commit(
      repositoryPath('tools'),
      'word = "saw";',
      `inputs.library.url = "git+file://${repositoryPath('library')}";`,
    );
    const asked = await cli('fleet', 'update', fleet, 'tools');
    expect(asked.exitCode).toBe(1);
    expect(asked.stdout).toMatch(/gamma +▸ changes/);
    expect(asked.stderr).toContain('Give --yes');
    const { exitCode, stdout, stderr } = await cli('fleet', 'update', fleet, '--yes', '--json');
    expect(exitCode, stderr).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ type: 'proposal', state: 'accepted', files: ['flake.lock'] });
    const nothing = await cli('fleet', 'update', fleet, '--yes');
    expect(nothing.exitCode).toBe(0);
    expect(nothing.stderr).toContain('There is nothing newer');
    const unknown = await cli('fleet', 'update', fleet, 'nonsense', '--json');
    expect(unknown.exitCode).toBe(1);
    expect(lastLine(unknown.stdout)).toMatchObject({ error: { code: 'inputs-unknown' } });
    await expectClean();
  });

  test('a host that no longer evaluates is told with its reason, and --yes does not write then', async () => {
    const lock = await read('flake.lock');
    await commit(repositoryPath('library'), 'greeting = throw "the greeting is gone";');
    const { exitCode, stdout } = await cli('fleet', 'update', fleet, 'library', '--yes', '--json');
    expect(exitCode).toBe(1);
    const last = proposal.parse(lastLine(stdout));
    expect(last.state).toBe('open');
    expect(states(last)).toEqual({ alpha: 'broken', beta: 'same', gamma: 'same' });
    expect(last.hosts[0]?.problem?.evidence).toContain('the greeting is gone');
    expect(await read('flake.lock')).toBe(lock);
    const thrown = await engine(proposal, { do: 'discard', jobId: last.jobId });
    expect(thrown.state).toBe('discarded');
    expect(await read('flake.lock')).toBe(lock);
    await commit(repositoryPath('library'), 'greeting = "three";');
  });

  test('a lock that changed meanwhile is not written over', async () => {
    const { jobId: id } = await engine(tried, { do: 'try', change: { kind: 'update', inputs: [] }, build: false });
    const lock = await read('flake.lock');
    await writeFile(join(fleet, 'flake.lock'), `${lock}\n`);
    const { problem: stale } = await engine(refused, { do: 'accept', jobId: id });
    expect(stale).toMatchObject({ code: 'inputs-files-changed' });
    expect(await read('flake.lock')).toBe(`${lock}\n`);
    expect((await engine(z.array(proposal), { do: 'proposals' }))[0]?.state).toBe('outdated');
    await writeFile(join(fleet, 'flake.lock'), lock);
    expect((await accept(id)).state).toBe('accepted');
  });

  test('an input that cannot be fetched is named with the reason, and one that is not what the lock says', async () => {
    const lock = await read('flake.lock');
    await rename(repositoryPath('tools'), repositoryPath('moved'));
    const gone = await engine(tried, { do: 'try', change: { kind: 'update', inputs: ['tools'] }, build: false });
    expect(gone.state).toBe('failed');
    expect(gone.problem).toMatchObject({ code: 'nix-input-missing' });
    expect(gone.problem?.title).toMatch(/^tools: There is no Git repository at /);
    expect(gone.problem?.evidence).toContain('does not appear to be a git repository');
    await rename(repositoryPath('moved'), repositoryPath('tools'));
    await expectClean();

    await commit(repositoryPath('library'), 'greeting = "four";');
    const { narHash } = z
      .object({ nodes: z.object({ library: z.object({ locked: z.object({ narHash: z.string() }) }) }) })
      .parse(JSON.parse(lock)).nodes.library.locked;
    const forged = lock.replace(narHash, 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=');
    await writeFile(join(fleet, 'flake.lock'), forged);
    await commit(
      repositoryPath('tools'),
      'word = "plane";',
      `inputs.library.url = "git+file://${repositoryPath('library')}";`,
    );
    const forgery = await engine(tried, { do: 'try', change: { kind: 'update', inputs: ['tools'] }, build: false });
    expect(forgery.problems).toMatchObject([{ code: 'nix-hash-mismatch' }]);
    expect(forgery.problems[0]?.title).toContain(repositoryPath('library'));
    await writeFile(join(fleet, 'flake.lock'), lock);
  });

  test('is pinned, let go again, added, followed and removed: flake.nix and its lock change together, and nothing else', async () => {
    const original = await read('flake.nix');
    const url = `git+file://${repositoryPath('library')}`;
    const first = (await run(repositoryPath('library'), 'git', 'rev-list', '--max-parents=0', 'HEAD')).trim();

    const planned = await engine(plannedEdit, { do: 'plan', edit: { kind: 'pin', input: 'library', revision: first } });
    expect(planned.after).toBe(original.replace(`"${url}"`, `"${url}?rev=${first}"`));
    const pinned = await edit({ kind: 'pin', input: 'library', revision: first });
    expect(pinned.state, JSON.stringify(pinned)).toBe('succeeded');
    expect(await read('flake.nix')).toBe(original);
    const accepted = await accept(pinned.jobId);
    expect(accepted).toMatchObject({ files: ['flake.nix', 'flake.lock'], changes: [{ after: { revision: first } }] });
    expect(states(accepted)).toMatchObject({ alpha: 'changed' });
    expect(await read('flake.nix')).toBe(planned.after);
    await accept((await edit({ kind: 'unpin', input: 'library', url: null })).jobId);
    expect(await read('flake.nix')).toBe(original);

    const extra = await repository('extra', 'more = 1;', `inputs.library.url = "${url}";`);
    const add: InputEdit = { kind: 'add', input: 'extra', url: extra, isFlake: true, follows: {} };
    const added = await accept((await edit(add)).jobId);
    expect(added.changes.map(({ path }) => path.join('/'))).toEqual(['extra', 'extra/library']);
    expect(await read('flake.nix')).toContain(`    extra.url = "${extra}";\n  };`);
    expect(await read('flake.nix')).toContain('      tools,\n      extra,\n    }:');
    const followed = await accept(
      (await edit({ kind: 'follow', path: ['extra', 'library'], target: 'library' })).jobId,
    );
    expect(followed.changes).toMatchObject([{ path: ['extra', 'library'], follows: ['library'] }]);
    const { inputs } = inputsView.parse(JSON.parse((await cli('fleet', 'inputs', fleet, '--json')).stdout));
    expect(inputs.find(({ path }) => path.join('/') === 'extra/library')?.follows).toEqual(['library']);
    await accept((await edit({ kind: 'remove', input: 'extra' })).jobId);
    expect(await read('flake.nix')).toBe(original);
    await expectClean();

    const nowhere = await edit({ ...add, url: `git+file://${lab.folder}/nowhere` });
    expect(nowhere).toMatchObject({ state: 'failed', problem: { code: 'nix-input-missing' } });
    expect(await read('flake.nix')).toBe(original);
    const bad = await engine(refused, { do: 'plan', edit: { ...add, input: '-x' } });
    expect(bad.problem.code).toBe('inputs-bad-value');
  });

  test('what a killed or cancelled job leaves is removed, and uncommitted changes count', async () => {
    const slow = 'echo started; sleep 100000';
    await writeFile(
      join(fleet, 'flake.nix'),
      (await read('flake.nix')).replace(
        '"nothing of theirs"',
        `(toString (nixpkgs.legacyPackages.x86_64-linux.runCommand "slow-\${library.greeting}" { } "${slow}"))`,
      ),
    );
    await commit(repositoryPath('library'), 'greeting = "five";');
    for (const end of ['cancel', 'kill'] as const) {
      const child = lab.controller.spawn(['node', commandLine, 'fleet', 'update', fleet, '--build', '--json'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const closed = once(child, 'close');
      let stdout = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (!/"host":"beta","stage":"build","state":"running"[^\n]*\n/.test(stdout)) return;
        child.stdout?.removeAllListeners('data');
        child.kill('SIGKILL');
      });
      await closed;
      const jobs = z.array(z.object({ id: jobId, kind: z.string(), state: z.string() }));
      const list = async () => jobs.parse(JSON.parse((await cli('jobs', 'list', '--json')).stdout));
      const [job] = await list();
      if (job === undefined) throw new Error('no job');
      expect(await leftovers()).toHaveLength(1);
      if (end === 'cancel') expect((await cli('jobs', 'cancel', job.id)).exitCode).toBe(0);
      else {
        const runner = z.object({ runner: z.object({ pid: z.number() }) });
        const file = await readFile(join(lab.folder, 'state/jobs', job.id, 'runner.json'), 'utf8');
        await run('/', 'kill', '-9', String(runner.parse(JSON.parse(file)).runner.pid));
        // Whoever looks next closes the job, and its copy goes with it.
        await cli('jobs', 'log', job.id);
      }
      const [found] = await engine(z.array(proposal), { do: 'proposals' });
      expect(found).toMatchObject({ jobId: job.id, state: 'open', isBuilt: end === 'cancel' });
      expect(found && states(found)).toMatchObject({ alpha: 'changed', beta: 'changed' });
      await expectClean();
      expect((await list())[0]?.state).toBe(end === 'cancel' ? 'cancelled' : 'interrupted');
    }
    expect(existsSync(join(fleet, 'flake.lock'))).toBe(true);
    await rm(join(fleet, 'result'), { force: true });
  });
});
