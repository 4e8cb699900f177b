import { describe, expect, it } from 'vitest';
import { promptOf } from '../../../../electron/engine/git/askpass.ts';
import { parseBranches } from '../../../../electron/engine/git/branches.ts';
import { explainRemote } from '../../../../electron/engine/git/explain.ts';
import { failedHook } from '../../../../electron/engine/git/hook-trace.ts';
import { GitOutput, withoutPasswords } from '../../../../electron/engine/git/progress.ts';
import type { JobActivity } from '../../../../shared/contract/job.ts';

describe('what git and ssh ask', () => {
  it.each([
    ["Username for 'https://git.x': ", 'text'],
    ["Password for 'https://sam@git.x': ", 'password'],
    ["Enter passphrase for key '/home/sam/.ssh/id_ed25519': ", 'password'],
    ["sam@git.x's password: ", 'password'],
    ['Add key? (yes/no) ', 'confirm'],
  ])('%s is asked so that it is not read over a shoulder where it is secret', (text, kind) => {
    expect(promptOf({ hint: '', text })).toMatchObject({ kind, text: text.trim() });
  });
  it('is a host key with its fingerprint at the first contact', () => {
    const text =
      "The authenticity of host '[git.x]:2222 ([10.0.0.1]:2222)' can't be established.\n" +
      'ED25519 key fingerprint is SHA256:Zr0g6mVh8mXc3lq1.\nThis key is not known by any other names.\n' +
      'Are you sure you want to continue connecting (yes/no/[fingerprint])? ';
    expect(promptOf({ hint: '', text })).toMatchObject({
      kind: 'host-key',
      fingerprint: 'SHA256:Zr0g6mVh8mXc3lq1',
      text: '[git.x]:2222 is seen for the first time and shows this ED25519 key. Is it the right machine?',
    });
  });
  it('is no question where ssh only tells something', () => {
    expect(promptOf({ hint: 'none', text: 'Confirm user presence for key' })).toBeNull();
  });
});

describe('what git says on the way', () => {
  it('is progress or a line, however it is cut into pieces', () => {
    const lines: string[] = [];
    const told: JobActivity[] = [];
    const output = new GitOutput(
      (line) => lines.push(line),
      (activity) => told.push(activity),
    );
    const text =
      'remote: Counting objects:  50% (1/2)\u001b[K\rremote: Counting objects: 100% (2/2), done.\u001b[K\r\n' +
      'Receiving objects: 100% (20/20), 1.20 KiB | 1.2 MiB/s, done.\r\nFrom /x\r\n   a..b  main -> origin/main\r\nlast';
    for (const piece of text.match(/[^]{1,7}/g) ?? []) output.push(piece);
    output.end();
    expect(told.map(({ text: what, done, total }) => `${what} ${done}/${total}`)).toEqual([
      'Counting objects 1/2',
      'Counting objects 2/2',
      'Receiving objects 20/20',
    ]);
    expect(lines).toEqual([
      'remote: Counting objects: 100% (2/2), done.',
      'Receiving objects: 100% (20/20), 1.20 KiB | 1.2 MiB/s, done.',
      'From /x',
      '   a..b  main -> origin/main',
      'last',
    ]);
    expect(output.text).toBe('From /x\n   a..b  main -> origin/main\nlast\n');
  });
  it('never shows a password of an address', () => {
    expect(withoutPasswords("fatal: unable to access 'https://sam:s3cret@git.x/y.git/': no")).toBe(
      "fatal: unable to access 'https://…@git.x/y.git/': no",
    );
    expect(withoutPasswords('git@github.com:o/r')).toBe('git@github.com:o/r');
  });
});

describe('a hook that failed', () => {
  const start = (id: number, hook: string, sid = 'one'): string =>
    JSON.stringify({ event: 'child_start', sid, child_id: id, child_class: 'hook', hook_name: hook });
  const exit = (id: number, code: number, sid = 'one'): string =>
    JSON.stringify({ event: 'child_exit', sid, child_id: id, code });
  it('is named; git that a hook runs itself, and other children, do not count', () => {
    expect(failedHook([start(0, 'pre-commit'), exit(0, 1)].join('\n'))).toBe('pre-commit');
    expect(failedHook([start(0, 'pre-commit'), exit(0, 0), 'no json'].join('\n'))).toBeNull();
    expect(failedHook([start(0, 'x', 'one/two'), exit(0, 1, 'one/two')].join('\n'))).toBeNull();
    expect(
      failedHook(`{"event":"child_start","sid":"a","child_id":3,"child_class":"editor"}\n${exit(3, 1)}`),
    ).toBeNull();
  });
});

describe('branches', () => {
  it('are read with what they follow and how far they are from it', () => {
    const line = (...parts: string[]): string => parts.join('\u001f');
    const output = [
      line('refs/heads/main', 'origin/main', 'ahead 2, behind 1', '*', '100', 'nas: a disk'),
      line('refs/heads/old', 'origin/old', 'gone', ' ', '90', 'x\u001fy'),
      line('refs/remotes/origin/HEAD', '', '', ' ', '80', 'z'),
      line('refs/remotes/origin/main', '', '', ' ', '80', 'z'),
      '',
    ].join('\n');
    expect(parseBranches(output)).toEqual({
      local: [
        {
          ...{ name: 'main', isCurrent: true, upstream: 'origin/main', isGone: false, ahead: 2, behind: 1 },
          ...{ committedAt: 100_000, subject: 'nas: a disk' },
        },
        {
          ...{ name: 'old', isCurrent: false, upstream: 'origin/old', isGone: true, ahead: 0, behind: 0 },
          ...{ committedAt: 90_000, subject: 'x\u001fy' },
        },
      ],
      remote: [{ name: 'origin/main', committedAt: 80_000, subject: 'z' }],
    });
  });
});

describe('why a remote could not be talked to', () => {
  it.each([
    [' ! [rejected]        main -> main (fetch first)', 'git-push-rejected'],
    [' ! [remote rejected] main -> main (protected branch hook declined)', 'git-push-refused'],
    ["fatal: Authentication failed for 'https://git.x/'", 'git-denied'],
    ["fatal: could not read Username for 'https://git.x': terminal prompts disabled", 'git-denied'],
    ["fatal: repository 'https://git.x/y/' not found", 'git-remote-missing'],
    ["fatal: couldn't find remote ref refs/heads/x", 'git-remote-branch-missing'],
    ["fatal: unable to access 'https://git.x/': Could not resolve host: git.x", 'git-remote-unreachable'],
    ['git@git.x: Permission denied (publickey).', 'ssh-denied'],
    ['ssh: Could not resolve hostname git.x: Name or service not known', 'ssh-unknown-name'],
    ['Host key verification failed.', 'ssh-host-key-unknown'],
    ['no tests today\nerror: failed to push some refs to x', 'git-hook-refused'],
    ['fatal: something else', 'git-failed'],
  ])('%s is %s', (text, code) => {
    const problem = explainRemote({ action: 'push', remote: 'origin', place: 'git.x', exitCode: 1, text });
    expect(problem.code).toBe(code);
    expect(problem.evidence).not.toBe('');
  });
});
