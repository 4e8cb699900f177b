import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import { gitFailed, type GitResult } from './core.ts';

/** The files that git lists, each on a line with a tab before it. */
function listedFiles(text: string): string[] {
  return [...text.matchAll(/^\t(.+)$/gm)].map(([, file]) => file ?? '');
}

/** Why a command that changes something failed. @param hook the one that failed; null: none did */
export function actFailed(argv: readonly string[], result: GitResult, hook: string | null): ProblemError {
  const words = result.stderr.trim() || result.stdout.toString('utf8').trim();
  const verb = argv.find((argument) => !argument.startsWith('-')) ?? '';
  if (hook !== null) return new ProblemError(hookRefused(hook, verb, words));
  if (/would be overwritten by (?:checkout|merge|rebase)|not uptodate|cannot (?:rebase|pull)/.test(words)) {
    return new ProblemError(wouldOverwrite(listedFiles(words), words));
  }
  if (/(?:gpg|ssh-keygen|signing) .*fail|failed to (?:sign|write commit object)/i.test(words)) {
    return new ProblemError({
      code: 'git-signing-failed',
      title: 'The commit could not be signed, so it was not made',
      evidence: words,
      advice: ['Unlock your key (gpg-agent, ssh-add) and commit again, or see commit.gpgSign in your configuration.'],
    });
  }
  return gitFailed(argv, { ...result, stderr: words });
}

/** A hook of the repository said no, in its own words. */
export function hookRefused(hook: string, verb: string, words: string): Problem {
  return {
    code: 'git-hook-refused',
    title: `The hook ${hook} of this repository did not let git ${verb} go on`,
    evidence: words || 'It said nothing and ended with an error',
    advice: ['Do what it asks for, then try again.', `Without it: git ${verb} --no-verify, in a terminal.`],
  };
}

/** Files that are not committed stand in the way. */
export function wouldOverwrite(files: readonly string[], evidence: string): Problem {
  return {
    code: 'git-would-overwrite',
    title:
      files.length === 1
        ? `${files[0]} has changes of yours that would be lost`
        : 'Changes of yours that are not committed would be lost',
    evidence: files.length > 0 ? files.join('\n') : evidence,
    advice: ['Nothing was changed. Commit or discard these changes first.'],
  };
}

/** There is no branch to work with. */
export function detachedHead(what: string): ProblemError {
  return new ProblemError({
    code: 'git-detached-head',
    title: `No branch is checked out, so there is nothing to ${what}`,
    evidence: 'HEAD is detached',
    advice: ['Make a branch here, or switch to one.'],
  });
}

export function noRemote(): ProblemError {
  return new ProblemError({
    code: 'git-no-remote',
    title: 'This repository has no remote',
    evidence: 'git remote lists none',
    advice: ['Add one in a terminal: git remote add origin ADDRESS'],
  });
}

export function noUpstream(branch: string): ProblemError {
  return new ProblemError({
    code: 'git-no-upstream',
    title: `The branch ${branch} follows no branch of a remote, so there is nothing to pull`,
    evidence: '',
    advice: ['Push it once, and it follows what was pushed.'],
  });
}

export function noCommit(): ProblemError {
  return new ProblemError({
    code: 'git-no-commit',
    title: 'There is no commit yet',
    evidence: '',
    advice: ['Commit something first.'],
  });
}

export function inTheMiddle(operation: string): ProblemError {
  return new ProblemError({
    code: 'git-operation-unfinished',
    title: `A ${operation} is not finished`,
    evidence: '',
    advice: ['Finish it or break it off, then try again.'],
  });
}

export function badBranchName(name: string, evidence: string): ProblemError {
  return new ProblemError({
    code: 'git-bad-branch-name',
    title: `A branch cannot be called ${name}`,
    evidence,
    advice: ['Take letters, digits, ‘-’, ‘_’ and ‘/’.'],
  });
}

export function noSuchBranch(name: string): ProblemError {
  return new ProblemError({
    code: 'git-no-such-branch',
    title: `There is no branch ${name}`,
    evidence: '',
    advice: ['It may have been deleted meanwhile: look at the list again.'],
  });
}

/** Pulling would leave conflict marks in these files. */
export function pullConflict(files: readonly string[], upstream: string, how: 'merge' | 'rebase'): Problem {
  return {
    code: 'git-pull-conflict',
    title: `Pulling would conflict in ${files.length === 1 ? files[0] : `${files.length} files`}`,
    evidence: files.join('\n'),
    advice: [
      'Nothing was changed: your files are as they were.',
      how === 'merge'
        ? `Resolve it where you have your tools: git merge ${upstream}`
        : `Resolve it where you have your tools: git rebase ${upstream}`,
    ],
  };
}

/** A rebase wants a clean tree. */
export function rebaseNeedsCleanTree(files: readonly string[]): Problem {
  return {
    code: 'git-rebase-needs-clean-tree',
    title: 'Changes that are not committed stand in the way of a rebase',
    evidence: files.join('\n'),
    advice: ['Nothing was changed. Commit or discard them first, or merge instead.'],
  };
}

/** A merge commit needs somebody whose it is. */
export function noIdentity(): Problem {
  return {
    code: 'git-no-identity',
    title: 'Git does not know who you are, so it cannot make the commit that pulling needs',
    evidence: '',
    advice: ['Tell it in a terminal: git config --global user.name NAME, and user.email ADDRESS.'],
  };
}

/** Two branches that never were one. */
export function unrelatedHistories(upstream: string): Problem {
  return {
    code: 'git-unrelated-histories',
    title: `${upstream} and this branch have no commit in common`,
    evidence: 'git merge-base finds none',
    advice: ['Nothing was changed. Check that this is the remote that you mean.'],
  };
}
