import type { Problem } from '../../../shared/contract/problem.ts';
import { explainSshText } from '../ssh/explain.ts';
import { sshProblems } from '../ssh/problems.ts';
import { hookRefused } from './errors.ts';
import type { GitSpec } from './spec.ts';

interface Failure {
  readonly action: GitSpec['action'];
  readonly remote: string;
  /** Where the remote is, without a password; for people. */
  readonly place: string;
  readonly exitCode: number | null;
  /** What git, ssh and the server said. */
  readonly text: string;
}

/** Git's own lines (transport.c, remote-curl.c, send-pack.c), the most telling first. */
const byText: readonly (readonly [RegExp, (failure: Failure) => Omit<Problem, 'evidence'>])[] = [
  [
    /^ ! \[rejected\].*(?:non-fast-forward|fetch first|needs force|stale info).*$/m,
    ({ remote }) => ({
      code: 'git-push-rejected',
      title: `${remote} has commits that you do not have yet`,
      advice: ['Pull first, then push again. Nothing was pushed.'],
    }),
  ],
  [
    /^(?: ! \[remote rejected\]|remote: (?:error|fatal):).*$/m,
    ({ remote }) => ({
      code: 'git-push-refused',
      title: `${remote} did not take what was pushed`,
      advice: [
        'Its own words say why: a protected branch, a check of the server, or a branch that is checked out there.',
      ],
    }),
  ],
  [
    /^.*(?:Authentication failed for|could not read (?:Username|Password)|HTTP Basic: Access denied|returned error: 40[13]).*$/m,
    ({ place }) => ({
      code: 'git-denied',
      title: `${place} does not let you in`,
      advice: [
        'Check the user name and the password; servers such as GitHub want a token in its place.',
        'Or set up a credential helper, so that nobody has to be asked.',
      ],
    }),
  ],
  [
    /^.*(?:does not appear to be a git repository|[Rr]epository not found|repository '.*' not found|not valid: is this a git repository|returned error: 404).*$/m,
    ({ place }) => ({
      code: 'git-remote-missing',
      title: `There is no repository at ${place}, or you may not see it`,
      advice: ['Check the address: git remote -v'],
    }),
  ],
  [
    /^.*(?:couldn't find remote ref|Remote branch .* not found).*$/m,
    ({ remote }) => ({
      code: 'git-remote-branch-missing',
      title: `${remote} has no such branch any more`,
      advice: ['Push it again, or switch to another branch.'],
    }),
  ],
  [
    /^.*(?:Could not resolve host|Failed to connect to|Connection (?:refused|timed out)|unable to access|Network is unreachable).*$/m,
    ({ place }) => ({
      code: 'git-remote-unreachable',
      title: `${place} cannot be reached`,
      advice: ['Check that this computer is online and that the address is right: git remote -v'],
      canRetry: true,
    }),
  ],
];

/** Why talking to a remote failed, with the line that proves it. */
export function explainRemote(failure: Failure): Problem {
  const { action, text, exitCode, place } = failure;
  const aboutSsh = explainSshText(text, place);
  if (aboutSsh !== null) return aboutSsh;
  const notTrusted = /^Host key verification failed.*$/m.exec(text);
  if (notTrusted) return sshProblems.keyUnknown(place, notTrusted[0]);
  for (const [pattern, explain] of byText) {
    if (pattern.test(text)) return { ...explain(failure), evidence: text.trim().slice(-4000) };
  }
  // Nothing was said by the server or by git: a hook here ended it.
  const isHook = action === 'push' && /^error: failed to push some refs/m.test(text) && !/^(?:fatal:| ! )/m.test(text);
  if (isHook) return hookRefused('pre-push', 'push', text.replace(/^error: failed to push some refs.*$/m, '').trim());
  return {
    code: 'git-failed',
    title: `git ${action} failed`,
    evidence: text.trim().slice(-4000) || `git ended with exit status ${exitCode ?? 'unknown'}`,
    advice: ['Run the same command in a terminal to see more.'],
    canRetry: true,
  };
}
