import { fine, type Check } from '../check.ts';
import { askProgram, firstLine } from '../program.ts';
import { installWithNix } from './nix.ts';

/** Fleets live in git; nix itself calls git to read them. */
export const checkGit: Check = async (surroundings) => {
  const { env, platform } = surroundings;
  const answer = await askProgram(['git', '--version'], env);
  if (answer?.exitCode === 0) return fine('git', 'Git is here', firstLine(answer.stdout));
  return {
    code: 'git',
    severity: 'error',
    title: 'Git was not found',
    detail: 'Nix calls git to read a flake that is in a git repository.',
    advice: ['Install git.'],
    command: platform === 'darwin' ? 'xcode-select --install' : await installWithNix('git', surroundings),
  };
};

/** Git refuses to commit without a name and an address. */
export const checkGitIdentity: Check = async ({ env }) => {
  const [name, email] = await Promise.all([
    askProgram(['git', 'config', '--get', 'user.name'], env),
    askProgram(['git', 'config', '--get', 'user.email'], env),
  ]);
  if (name === null) return fine('git-identity', 'Git’s identity was not asked for', 'Git is missing.');
  const isSet = name.exitCode === 0 && email?.exitCode === 0;
  if (isSet)
    return fine('git-identity', 'Git knows who you are', `${firstLine(name.stdout)} <${firstLine(email.stdout)}>`);
  return {
    code: 'git-identity',
    severity: 'warning',
    title: 'Git does not know who you are',
    detail: 'Without a name and an address git makes no commit.',
    advice: ['Set both; they appear in each commit.'],
    command: 'git config --global user.name "Your Name" && git config --global user.email you@example.org',
  };
};
