import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explain } from '../../../../electron/engine/nix/explain.ts';
import type { FreeSpace } from '../../../../electron/engine/nix/free-space.ts';
import type { NixRun, NixVerb } from '../../../../electron/engine/nix/nix-run.ts';
import { NixProgress } from '../../../../electron/engine/nix/progress.ts';
import { rules } from '../../../../electron/engine/nix/rules.ts';

const drv = '/nix/store/0123456789abcdfghijklmnpqrsvwxyz-linux-6.12.drv';
const source = '/nix/store/zyxwvsrqpnmlkjihgfdcba9876543210-source';

function run(output: string, verb: NixVerb = 'build', more: Partial<NixRun> = {}): NixRun {
  const progress = new NixProgress();
  progress.push(output, 0);
  progress.finish(0, false);
  return { verb, exit: { code: 1, signal: null }, progress: progress.view(0), ...more };
}

function error(raw: string, more: { trace?: string; file?: string; line?: number; column?: number } = {}): string {
  const { trace = '', file = null, line = null, column = null } = more;
  return `@nix ${JSON.stringify({ action: 'msg', level: 0, msg: `error: ${trace}${raw}`, raw_msg: raw, file, line, column })}\n`;
}

/** A build of {@link drv} that prints these lines and fails so. */
function build(log: readonly string[], reason: string): string {
  return [
    `@nix {"action":"start","fields":["${drv}","",1,1],"id":1,"level":3,"parent":0,"text":"building","type":105}\n`,
    ...log.map((line) => `@nix ${JSON.stringify({ action: 'result', fields: [line], id: 1, type: 101 })}\n`),
    error(reason),
  ].join('');
}

/**
 * For each rule that no recorded run shows (and some that do) the words of nix, from its source and from issues: what is
 * printed, the code, and a part of the title or the advice.
 */
const samples: readonly (readonly [output: string, verb: NixVerb, code: string, part: string])[] = [
  [
    error("path '//srv/library' does not exist", {
      trace: "… while updating the flake input 'library'\n\n… while fetching the input 'path:/srv/library'\n\n",
    }),
    'evaluate',
    'nix-input-missing',
    'path:/srv/library is not there',
  ],
  [
    error("path '/nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source/flake.nix' does not exist", {
      trace: "… while updating the flake input 'library'\n\n",
    }),
    'evaluate',
    'nix-input-no-flake',
    'inputs.library.flake = false;',
  ],
  [
    error("resolving Git reference 'nope': revspec 'nope' not found", {
      trace: "… while fetching the input 'git+file:///srv/library?ref=nope'\n\n",
    }),
    'evaluate',
    'nix-input-missing',
    'no branch, tag or revision nope',
  ],
  [
    `fatal: '/srv/gone' does not appear to be a git repository\n${error(
      "resolving Git reference 'master': revspec 'master' not found",
      {
        trace: "… while fetching the input 'git+file:///srv/gone'\n\n",
      },
    )}`,
    'evaluate',
    'nix-input-missing',
    'There is no Git repository at git+file:///srv/gone',
  ],
  [
    error(
      'mismatch in field \'narHash\' of input \'{"narHash":"sha256-J","rev":"80239","type":"git","url":"file:///srv/library"}\', got \'{"narHash":"sha256-I"}\'',
    ),
    'evaluate',
    'nix-hash-mismatch',
    'The input file:///srv/library is not what flake.lock says',
  ],
  [
    error("NAR hash mismatch in input 'github:o/r/abc' (/nix/store/x), expected 'sha256-a', got 'sha256-b'"),
    'evaluate',
    'nix-hash-mismatch',
    'The input github:o/r/abc is not what',
  ],
  [
    build(['CC [M] fs/xfs'], `builder for '${drv}' failed due to signal 9 (Killed)`),
    'build',
    'nix-killed-by-memory',
    'linux-6.12 was killed',
  ],
  [
    build([], `Cannot build '${drv}'.\nReason: builder failed due to signal 9 (Killed).`),
    'build',
    'nix-killed-by-memory',
    'linux-6.12 was killed',
  ],
  [
    build(
      ['g++: fatal error: Killed signal terminated program cc1plus', 'make: *** Error 1'],
      `builder for '${drv}' failed with exit code 2`,
    ),
    'build',
    'nix-killed-by-memory',
    'Memory ran out while linux-6.12',
  ],
  [
    build(['ld: final link failed: No space left on device'], `builder for '${drv}' failed with exit code 1`),
    'build',
    'nix-disk-full-here',
    'filled up while linux-6.12',
  ],
  [
    build(
      ['curl: (6) Could not resolve host: ftp.gnu.org', 'error: cannot download x from any mirror'],
      `builder for '${drv}' failed with exit code 1`,
    ),
    'build',
    'nix-input-unreachable',
    'The source of linux-6.12',
  ],
  [
    build([], `builder for '${drv}' failed to produce output path for output 'dev' at '/nix/store/x'`),
    'build',
    'nix-builder-failed',
    'failed to produce output path',
  ],
  [
    error(`building of '${drv}' timed out after 3600 seconds of silence`),
    'build',
    'nix-builder-failed',
    '3600 seconds',
  ],
  [
    error(`output '/nix/store/x' of '${drv}' is not allowed to refer to the following paths`),
    'build',
    'nix-build-failed',
    'linux-6.12 could not be built',
  ],
  [
    error(`cannot build '${drv}' during evaluation because the option 'allow-import-from-derivation' is disabled`),
    'evaluate',
    'nix-import-from-derivation',
    'allow-import-from-derivation = true',
  ],
  [error('writing to file: No space left on device'), 'build', 'nix-disk-full-here', 'this machine is full'],
  [
    'bash: line 1: nix-daemon: command not found\n' +
      error("cannot open connection to remote store 'ssh-ng://root@nas'"),
    'copy',
    'nix-missing-on-target',
    'no nix on',
  ],
  ['sh: 1: nix-daemon: not found\n' + error('x'), 'copy', 'nix-missing-on-target', 'no nix on'],
  ['zsh:1: command not found: nix-daemon\n' + error('x'), 'copy', 'nix-missing-on-target', 'no nix on'],
  ['fish: Unknown command: nix-daemon\n' + error('x'), 'copy', 'nix-missing-on-target', 'no nix on'],
  [
    'No ED25519 host key is known for nas and you have requested strict checking.\nHost key verification failed.\n' +
      error("failed to start SSH connection to 'root@nas'"),
    'copy',
    'ssh-host-key-unknown',
    'root@nas',
  ],
  [
    'ssh: connect to host nas port 22: Connection timed out\n' + error("failed to start SSH connection to 'root@nas'"),
    'copy',
    'ssh-timeout',
    'root@nas',
  ],
  [
    'client_loop: send disconnect: Broken pipe\n' + error('unexpected end-of-file'),
    'copy',
    'ssh-connection-lost',
    'try again',
  ],
  [error('unexpected end-of-file'), 'copy', 'nix-copy-cut', 'ended in the middle'],
  [
    error("cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused"),
    'evaluate',
    'nix-daemon-down',
    'nix-daemon.socket',
  ],
  [
    error("opening lock file '/nix/var/nix/db/big-lock': Permission denied"),
    'build',
    'nix-store-denied',
    'may not write',
  ],
  [
    error("experimental Nix feature 'flakes' is disabled; add '--extra-experimental-features flakes' to enable it"),
    'evaluate',
    'nix-feature-disabled',
    'experimental-features = nix-command flakes',
  ],
  [
    error(
      'unable to download \'https://api.github.com/repos/a/b/commits/HEAD\': HTTP error 403\n\n response body:\n\n {"message":"API rate limit exceeded for 192.0.2.1"}',
    ),
    'evaluate',
    'nix-rate-limited',
    'access-tokens',
  ],
  [
    error("unable to download 'https://github.com/me/private/archive/x.tar.gz': HTTP error 404"),
    'evaluate',
    'nix-input-denied',
    '404',
  ],
  [
    error('Failed to fetch git repository ssh://git@example/fleet'),
    'evaluate',
    'nix-input-unreachable',
    'cannot be fetched',
  ],
  [
    error("flake 'path:/f' requires lock file changes but they're not allowed due to '--no-update-lock-file'"),
    'evaluate',
    'nix-lock-outdated',
    'nix flake lock',
  ],
  [error('could not find a flake.nix file'), 'evaluate', 'nix-flake-missing', 'flake.nix'],
  [
    error(
      `Path 'hosts/new.nix' in the repository "/home/me/fleet" is not tracked by Git.\n\nTo make it visible to Nix, run:\n\ngit -C "/home/me/fleet" add "hosts/new.nix"`,
    ),
    'evaluate',
    'nix-file-untracked',
    "git add --intent-to-add -- 'hosts/new.nix'",
  ],
  [
    error("getting status of '/nix/store/x-source/a.nix': No such file or directory"),
    'evaluate',
    'nix-file-missing',
    'not in the flake',
  ],
  [error("The option `networking.hostNam' is used but not defined"), 'evaluate', 'nix-option-undefined', 'never set'],
  [
    error("The option `networking.hostName' was accessed but has no value defined. Try setting the option."),
    'evaluate',
    'nix-option-undefined',
    'never set',
  ],
  [
    error("The option `services.x' is defined multiple times while it's expected to be unique."),
    'evaluate',
    'nix-option-conflict',
    'services.x',
  ],
  [
    error(
      'Package ‘steam-1.0’ in /nix/store/x-source/pkgs/steam.nix:1 has an unfree license (‘unfreeRedistributable’), refusing to evaluate.',
    ),
    'evaluate',
    'nix-package-refused',
    'allowUnfree',
  ],
  [
    error(
      'Package ‘openssl-1.1.1w’ in /nix/store/x-source/pkgs/openssl.nix:1 is marked as insecure, refusing to evaluate.',
    ),
    'evaluate',
    'nix-package-refused',
    'permittedInsecurePackages',
  ],
  [error('stack overflow; max-call-depth exceeded'), 'evaluate', 'nix-infinite-recursion', 'defined by itself'],
  [error('std::bad_alloc'), 'evaluate', 'nix-killed-by-memory', 'fewer hosts'],
  [
    error("attribute 'foo' in selection path 'a.foo' not found"),
    'evaluate',
    'nix-attribute-missing',
    'no attribute foo',
  ],
  [
    error('value is a function while a set was expected', { file: '/f/flake.nix:3:4', line: 3, column: 4 }),
    'build',
    'nix-evaluation-failed',
    'value is a function',
  ],
  [
    'git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.\n' +
      error("resolving Git reference 'master'", {
        trace: "\n       … while fetching the input 'git+ssh://git@example.org/me'\n\n       error: ",
      }),
    'query',
    'nix-input-denied',
    'git+ssh://git@example.org/me may not be read',
  ],
  [
    "fatal: unable to access 'https://127.0.0.1:1/x/': Failed to connect\nfatal: Refusing to point HEAD outside of refs/\n" +
      error("resolving Git reference 'master'", {
        trace: "\n       … while fetching the input 'git+https://127.0.0.1:1/x'\n\n       error: ",
      }),
    'query',
    'nix-input-unreachable',
    'git+https://127.0.0.1:1/x cannot be fetched',
  ],
  [error('something that nobody has seen yet'), 'query', 'nix-failed', 'exit status 1'],
];

describe('the explanation of an error', () => {
  const named = samples.map(([output, verb, code, part]) => ({ name: `${code} (${part})`, output, verb, code, part }));

  test.for(named)('knows $name', ({ output, verb, code, part }) => {
    const problem = explain(run(output, verb));
    expect(problem.code).toBe(code);
    expect([problem.title, ...problem.advice].join('\n')).toContain(part);
    expect(problem.evidence).not.toBe('');
    expect([problem.title, ...problem.advice].join('\n')).not.toMatch(/\{\w+\}|undefined/);
  });

  test('has a place in the table of codes, for every rule', () => {
    const table = readFileSync(join(import.meta.dirname, '../../../../electron/engine/nix/rules.ts'), 'utf8');
    for (const { code } of rules) expect(table).toContain(code);
  });

  test('gives each rule a title that needs no word it may not have', () => {
    const known = new Set(['name', 'drv', 'target']);
    for (const { titles, pattern, trace, about } of rules) {
      const groups = [...`${pattern.source}${trace?.source ?? ''}`.matchAll(/\(\?<(\w+?)\d?>/g)].map(
        ([, name]) => name,
      );
      const words = [...(titles.at(-1) ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      for (const word of words) {
        const isSure = known.has(word) || groups.includes(word) || ['file', 'summary'].includes(word);
        expect(isSure, `${word} in ${titles.join()}`).toBe(true);
        if (word === 'name' || word === 'drv') expect(['derivation', 'log']).toContain(about);
      }
    }
  });

  test('names the file in the folder of the flake, from the trace when the error itself has no place', () => {
    const trace = `\n       … while calling the 'throw' builtin\n         at ${source}/hosts/nas.nix:7:3:\n\n       error: `;
    const problem = explain(
      run(error('no', { trace }), 'evaluate', { flakeFolder: '/home/me/fleet', flakeSource: source }),
    );
    expect(problem.place).toEqual({ file: '/home/me/fleet/hosts/nas.nix', line: 7, column: 3 });
  });

  test('names the file in which an option is set wrongly', () => {
    const text = `The option \`servces' does not exist. Definition values:\n- In \`${source}/hosts/nas.nix': true`;
    expect(explain(run(error(text), 'evaluate', { flakeSource: source })).place).toEqual({ file: 'hosts/nas.nix' });
  });

  test('knows the flake’s files where nix reads them without a copy', () => {
    const file = '«git+file:///home/me/fleet?dir=a»/hosts/nas.nix:1:2';
    const problem = explain(
      run(error("undefined variable 'x'", { file, line: 1, column: 2 }), 'evaluate', { flakeFolder: '/home/me/fleet' }),
    );
    expect(problem.place).toEqual({ file: '/home/me/fleet/hosts/nas.nix', line: 1, column: 2 });
  });

  test.for(['/home/me/infra', '/home/me/infra/fleet'])(
    'finds files of a flake that lies in a folder of its work tree, whichever of the two is known: %s',
    (flakeFolder) => {
      const read = `@nix {"action":"msg","level":4,"msg":"evaluating file '${source}/fleet/flake.nix'"}\n`;
      const failed = error("undefined variable 'x'", { file: `${source}/fleet/nas.nix:1:2`, line: 1, column: 2 });
      const problem = explain(run(read + failed, 'evaluate', { flakeFolder }));
      expect(problem.place?.file).toBe('/home/me/infra/fleet/nas.nix');
    },
  );

  test('does not send a person into nixpkgs’ library', () => {
    const file = '/nix/store/r5j1m4finvpir9i8jkk6dnklgm3xlwab-source/lib/modules.nix:1147:7';
    const problem = explain(
      run(error('infinite recursion encountered', { file, line: 1147, column: 7 }), 'evaluate', {
        flakeSource: source,
      }),
    );
    expect(problem.place).toBeUndefined();
  });

  test('says of a missing file that git does not know it, only if that is so', () => {
    const missing = error(`path '${source}/hosts/new.nix' does not exist`);
    const at = { flakeSource: source, flakeFolder: '/home/me/fleet' };
    const untracked = explain(run(missing, 'evaluate', { ...at, untracked: ['hosts/new.nix'] }));
    expect(untracked.code).toBe('nix-file-untracked');
    expect(untracked.advice[0]).toContain("git add --intent-to-add -- 'hosts/new.nix'");
    expect(explain(run(missing, 'evaluate', { ...at, untracked: ['hosts/'] })).code).toBe('nix-file-missing');
    expect(explain(run(missing, 'evaluate', { ...at, untracked: [] })).code).toBe('nix-file-missing');
  });

  test('tells which side of a copy is full, with what df says', () => {
    const space = (availableBytes: number): FreeSpace => ({ mountpoint: '/', sizeBytes: 4e10, availableBytes });
    const full = (freeSpace: NixRun['freeSpace']): ReturnType<typeof explain> =>
      explain(
        run(error('writing to file: No space left on device'), 'copy', {
          target: 'root@nas',
          ...(freeSpace && { freeSpace }),
        }),
      );
    expect(full({ target: space(0) })).toMatchObject({
      code: 'nix-disk-full-target',
      title: 'The disk of root@nas is full',
    });
    expect(full({ target: space(2e10), here: space(0) })).toMatchObject({ code: 'nix-disk-full-here' });
    expect(full({ target: space(2e10), here: space(2e10) })).toMatchObject({ code: 'nix-disk-full' });
    expect(full(undefined)).toMatchObject({ code: 'nix-disk-full-target' });
  });

  test('is the first derivation’s when several failed', () => {
    const other = drv.replace('linux', 'gcc');
    const problem = explain(
      run(
        error(`builder for '${other}' failed with exit code 1`) + error(`builder for '${drv}' failed with exit code 2`),
      ),
    );
    expect(problem.title).toContain('gcc-6.12');
  });

  test.for([
    [{ endedBy: 'person' }, 'nix-interrupted'],
    [{ endedBy: 'time-limit' }, 'nix-timed-out'],
    [{ endedBy: 'output-limit' }, 'nix-output-too-long'],
    [{ exit: { code: null, signal: 2 } }, 'nix-interrupted'],
    [{ exit: { code: null, signal: 9 } }, 'nix-killed-by-memory'],
  ] as const)('is how it ended where something outside ended it: %j', ([more, code]) => {
    expect(explain(run(error('anything'), 'evaluate', more)).code).toBe(code);
  });
});
