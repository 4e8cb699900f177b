import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { createLab, nodePath, projectRoot, type Lab, type LabHost } from '../lab/index.ts';
import { answer, type Answer, type Request } from './nix/requests.ts';

let lab: Lab;
let alpha: LabHost;
let flake: string;

const program = join(projectRoot, 'test/integration/nix/controller-process.ts');

// The matchers of vitest are of the type `any`.
const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const including = (items: unknown[]): unknown => expect.arrayContaining(items);

/** Has the controller do it, with the engine's own code and the lab's real nix, ssh and terminals. */
async function ask(request: Request): Promise<Answer> {
  const { exitCode, stdout, stderr } = await lab.controller.exec([nodePath, program, JSON.stringify(request)], {
    timeoutMs: 90_000,
  });
  if (exitCode !== 0) throw new Error(stderr);
  return answer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** A derivation in Nix that runs a shell script. */
const derivation = (name: string, script: string, more = ''): string =>
  `derivation { name = "${name}"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/usr/bin:/bin"; args = [ "-ec" ''${script}'' ]; ${more} }`;

const flakeText = `{
  description = "what the tests ask for";
  outputs = { self }: rec {
    names = { one = 1; "two.three" = 2; };
    throws = throw "the host has no name";
    wrong = import ./wrong.nix;
    missing = import ./missing.nix;
    packages = rec {
      lib = ${derivation('lib-1.0', 'echo building the library; sleep 2; echo lib > $out')};
      app = ${derivation('app-2.0', 'echo "@nix { \\"action\\": \\"setPhase\\", \\"phase\\": \\"buildPhase\\" }" >&2; echo using ${lib}; echo app > $out')};
      top = ${derivation('top-3.0', 'echo ${lib} ${app} > $out')};
      broken = ${derivation('broken-1.0', "echo compiling; echo 'main.c:3: error: no such thing'; exit 2")};
      needsBroken = ${derivation('needs-broken-1.0', 'echo ${broken} > $out')};
      slow = ${derivation('slow-1.0', 'echo started; sleep 100000; echo x > $out')};
      noisy = ${derivation('noisy-1.0', "head -c 1000000 /dev/zero | tr '\\\\0' x; echo; printf 'a\\\\000\\\\377\\\\033[2Jb\\\\n'; echo end; echo x > $out")};
      big = ${derivation('big-1.0', 'head -c 62914560 /dev/urandom > $out')};
    };
  };
}
`;

const paths = new Map<string, Promise<string>>();

/** The store path of one of the flake's packages, built when it is asked for first. */
function path(name: string): Promise<string> {
  let built = paths.get(name);
  if (built === undefined) {
    built = ask({ do: 'build', ref: `path:${flake}`, attribute: ['packages', name] }).then(({ value, problem }) => {
      if (problem !== null) throw new Error(problem.evidence);
      return String(Reflect.get(Object(value), 'outPath'));
    });
    paths.set(name, built);
  }
  return built;
}

async function copyTo(
  host: LabHost,
  paths: string[],
  more: Partial<Extract<Request, { do: 'copy' }>> = {},
): Promise<Answer> {
  const { publicKey } = await host.hostKey();
  return ask({
    do: 'copy',
    paths,
    target: { host: host.address, user: 'root' },
    knownHosts: [`${host.address} ${publicKey}`],
    ...more,
  });
}

const isThere = async (host: LabHost, storePath: string): Promise<boolean> =>
  (await host.exec(['nix-store', '--check-validity', storePath])).exitCode === 0;

describeLab('the engine’s nix part with real nix', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'nix', onProgress: console.log });
    const [first] = await lab.up(['alpha']);
    if (first === undefined) throw new Error('no host');
    alpha = first;
    flake = join(lab.folder, 'fleets', 'asked');
    mkdirSync(flake);
    writeFileSync(join(flake, 'flake.nix'), flakeText);
    writeFileSync(join(flake, 'wrong.nix'), '{\n  a = 1;\n  b = undefinedThing;\n}\n');
  });
  afterAll(() => lab?.down());

  test('evaluates outputs as a whole, an attribute, and one whose name has a dot', async () => {
    const ref = `path:${flake}`;
    const all = await ask({ do: 'evaluate', ref, apply: 'outputs: builtins.attrNames outputs' });
    expect(all.value).toEqual(expect.arrayContaining(['names', 'packages', 'throws']));
    expect((await ask({ do: 'evaluate', ref, attribute: 'names' })).value).toEqual({ one: 1, 'two.three': 2 });
    expect((await ask({ do: 'evaluate', ref, attribute: ['names', 'two.three'] })).value).toBe(2);
  });

  test('explains errors of evaluation with the user’s own file and line, also a second time', async () => {
    const ref = `path:${flake}`;
    for (let time = 0; time < 2; time += 1) {
      const thrown = await ask({ do: 'evaluate', ref, attribute: 'throws', flakeFolder: flake });
      expect(thrown.problem).toMatchObject({
        code: 'nix-evaluation-failed',
        evidence: 'the host has no name',
        place: { file: join(flake, 'flake.nix'), line: 5 },
      });
    }
    const wrong = await ask({ do: 'evaluate', ref, attribute: 'wrong', flakeFolder: flake });
    expect(wrong.problem).toMatchObject({
      code: 'nix-variable-undefined',
      place: { file: join(flake, 'wrong.nix'), line: 3, column: 7 },
    });
    const absent = await ask({ do: 'evaluate', ref, attribute: 'names.four' });
    expect(absent.problem?.code).toBe('nix-output-missing');
  });

  test('says of a file that git does not know that this is why it is missing', async () => {
    const folder = join(lab.folder, 'fleets', 'in-git');
    mkdirSync(folder);
    writeFileSync(join(folder, 'flake.nix'), '{ outputs = _: { a = import ./new.nix; }; }');
    const git = (...argv: string[]) => lab.controller.exec(['git', ...argv], { cwd: folder });
    await git('init', '-q');
    await git('add', 'flake.nix');
    writeFileSync(join(folder, 'new.nix'), '1');
    const request: Request = { do: 'evaluate', ref: `git+file://${folder}`, attribute: 'a', flakeFolder: folder };
    const unseen = await ask({ ...request, untracked: ['new.nix'] });
    expect(unseen.problem).toMatchObject({ code: 'nix-file-untracked' });
    expect(unseen.problem?.advice[0]).toContain("git add --intent-to-add -- 'new.nix'");
    await git('add', '--intent-to-add', 'new.nix');
    expect((await ask(request)).value).toBe(1);
  });

  test('explains a folder that is no flake, and an input that cannot be fetched', async () => {
    expect((await ask({ do: 'metadata', ref: `path:${lab.folder}/home` })).problem?.code).toBe('nix-flake-missing');
    const unreachable = await ask({ do: 'metadata', ref: `git+ssh://git@${alpha.address}:2222/nothing` });
    expect(unreachable.problem).toMatchObject({
      code: 'nix-input-unreachable',
      evidence: containing('port 2222: Connection refused'),
    });
  });

  test('ends an evaluation when its caller breaks off, and when it takes too long', async () => {
    const endless = 'outputs: let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 60';
    const ref = `path:${flake}`;
    const broken = await ask({ do: 'evaluate', ref, apply: endless, abortAfterFiles: 1 });
    expect(broken.error).toBe('AbortError');
    const late = await ask({ do: 'evaluate', ref, apply: endless, timeLimitMs: 1000 });
    expect(late.problem).toMatchObject({ code: 'nix-timed-out', canRetry: true });
    expect((await lab.controller.exec(['pgrep', '-f', 'nix.*eval'])).stdout).toBe('');
  });

  test('reads what a flake is made of', async () => {
    const { value } = await ask({ do: 'metadata', ref: `path:${flake}` });
    expect(value).toMatchObject({ description: 'what the tests ask for', locks: { version: 7 } });
  });

  test('builds, shows what depends on what, keeps the result and logs what a person would read', async () => {
    const built = await ask({ do: 'build', ref: `path:${flake}`, attribute: ['packages', 'top'] });
    expect(built.problem).toBeNull();
    expect(built.value).toMatchObject({ builds: { expected: 3, done: 3, failed: 0, running: 0 } });
    const nodes: unknown = Reflect.get(Object(built.value), 'nodes');
    expect(nodes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'top-3.0',
          state: 'done',
          inputs: including([containing('app-2.0.drv'), containing('lib-1.0.drv')]),
        }),
        expect.objectContaining({ name: 'lib-1.0', inputs: [] }),
      ]),
    );
    expect(built.log).toContain('lib> ');
    expect(built.log).toContain('building the library');
    expect(built.log).not.toContain('@nix');
    expect(built.commands[0]?.argv).toContain('internal-json');

    const outPath = String(Reflect.get(Object(built.value), 'outPath'));
    await lab.controller.exec(['nix-store', '--gc']);
    expect((await lab.controller.exec(['nix-store', '--check-validity', outPath])).exitCode).toBe(0);
  });

  test('blames the derivation that failed, with the end of its log', async () => {
    const { problem } = await ask({ do: 'build', ref: `path:${flake}`, attribute: ['packages', 'needsBroken'] });
    expect(problem).toMatchObject({ code: 'nix-builder-failed', title: containing('broken-1.0') });
    expect(problem?.evidence).toMatch(/compiling\nmain\.c:3: error: no such thing$/);
  });

  test('takes a line of a megabyte and control bytes in a build’s log', async () => {
    const { problem, log } = await ask({ do: 'build', ref: `path:${flake}`, attribute: ['packages', 'noisy'] });
    expect(problem).toBeNull();
    expect(log.length).toBeLessThan(100_000);
    expect(log).toContain('characters left out');
    expect(log).toMatch(/a.*b/);
    expect(log).not.toContain('\u001b[2J');
  });

  test('ends the builder too when a person cancels', async () => {
    const { error } = await ask({
      do: 'build',
      ref: `path:${flake}`,
      attribute: ['packages', 'slow'],
      isCancelled: true,
    });
    expect(error).toBe('JobCancelled');
    expect((await lab.controller.exec(['pgrep', '-f', 'sleep 100000'])).stdout).toBe('');
  });

  test('copies a closure with its bytes, and the second time nothing', async () => {
    const big = await path('big');
    const copied = await copyTo(alpha, [big]);
    expect(copied.problem).toBeNull();
    expect(copied.value).toMatchObject({
      copies: { expected: 1, done: 1 },
      bytes: { done: 62914672, total: 62914672 },
    });
    expect(copied.updates).toBeGreaterThan(2);
    expect(await isThere(alpha, big)).toBe(true);
    expect(copied.commands[0]?.env['NIX_SSHOPTS']).toContain('-F ');
    expect((await copyTo(alpha, [big])).value).toMatchObject({ copies: { expected: 0 } });
  });

  test('takes a port, and explains one where nobody answers', async () => {
    const top = await path('top');
    expect((await copyTo(alpha, [top], { sshOptions: ['-oPort=22'] })).problem).toBeNull();
    const refused = await copyTo(alpha, [top], { sshOptions: ['-oPort=2222'] });
    expect(refused.problem).toMatchObject({
      code: 'ssh-refused',
      evidence: containing('port 2222: Connection refused'),
    });
  });

  test('explains a host key that is not known, and one that has changed', async () => {
    const top = await path('top');
    const unknown = await copyTo(alpha, [top], { knownHosts: [] });
    expect(unknown.problem?.code).toBe('ssh-host-key-unknown');
    const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGmDwWAQnCNYQxtZfqJ1pHhZ0Qm2Vd5b0xJ8kX1yN0qE';
    const changed = await copyTo(alpha, [top], { knownHosts: [`${alpha.address} ${other}`] });
    expect(changed.problem?.code).toBe('ssh-host-key-changed');
  });

  test('explains an address where nothing is, and a name that nobody knows', async () => {
    const top = await path('top');
    const nobody = await copyTo(alpha, [top], { target: { host: '192.168.77.250', user: 'root' } });
    expect(nobody.problem).toMatchObject({ code: matching(/ssh-(unreachable|timeout)/), canRetry: true });
    const unnamed = await copyTo(alpha, [top], { target: { host: 'nosuchhost.lab', user: 'root' } });
    expect(unnamed.problem?.code).toBe('ssh-unknown-name');
  });

  test('explains that a user is not trusted, and goes through sudo where it may', async () => {
    const noisy = await path('noisy');
    const untrusted = await copyTo(alpha, [noisy], { target: { host: alpha.address, user: 'admin' } });
    expect(untrusted.problem).toMatchObject({ code: 'nix-path-unsigned' });
    const trusted = await copyTo(alpha, [noisy], {
      target: { host: alpha.address, user: 'admin', throughSudo: 'free' },
    });
    expect(trusted.problem).toBeNull();
    expect(await isThere(alpha, noisy)).toBe(true);
  });

  test('says which disk is full', async () => {
    const [small] = await lab.up(['small'], { size: '40m' });
    if (small === undefined) throw new Error('no host');
    const big = await path('big');
    const df = await small.read('df', '-P', '-k', '/nix/store');
    const { problem } = await copyTo(small, [big], { df });
    expect(problem).toMatchObject({ code: 'nix-disk-full-target', title: 'The disk of root@alpha is full' });
    expect(problem?.advice.join(' ')).toMatch(/\d+ MiB are free there, and 60 MiB were to be copied/);
  });

  test('says that a host has no nix', async () => {
    const [debian] = await lab.up(['debian'], { role: 'debian' });
    if (debian === undefined) throw new Error('no host');
    const { problem } = await copyTo(debian, [await path('top')]);
    expect(problem).toMatchObject({ code: 'nix-missing-on-target' });
  });

  test('notices within 15 seconds that the link was cut, and goes on where it was', async () => {
    const [beta] = await lab.up(['beta']);
    if (beta === undefined) throw new Error('no host');
    const [big, top] = [await path('big'), await path('top')];
    await beta.link({ kbitPerSecond: 20_000 });
    const { publicKey } = await beta.hostKey();
    const request: Request = {
      do: 'copy',
      paths: [top, big],
      target: { host: beta.address, user: 'root' },
      knownHosts: [`${beta.address} ${publicKey}`],
      tellsWhenCopying: true,
    };
    const child = lab.controller.spawn([nodePath, program, JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout === null) throw new Error('no output');
    let cutAt = 0;
    let told: Answer | null = null;
    for await (const line of createInterface(child.stdout)) {
      if (line === 'copying') {
        await beta.link('down');
        cutAt = performance.now();
      } else told = answer.parse(JSON.parse(line));
    }
    const seconds = (performance.now() - cutAt) / 1000;
    expect(told?.problem).toMatchObject({ code: 'ssh-connection-lost', canRetry: true });
    expect(seconds).toBeLessThan(15);

    await beta.link('up');
    const again = await copyTo(beta, [top, big]);
    expect(again.problem).toBeNull();
    expect(await isThere(beta, big)).toBe(true);
  });

  test('knows the sizes of paths', async () => {
    const top = await path('top');
    const { value } = await ask({ do: 'path-info', paths: [top] });
    expect(value).toEqual([expect.objectContaining({ path: top, references: including([]) })]);
    const missing = await ask({ do: 'path-info', paths: [`/nix/store/${'0'.repeat(32)}-nothing`] });
    expect(missing.value).toEqual([]);
  });
});
