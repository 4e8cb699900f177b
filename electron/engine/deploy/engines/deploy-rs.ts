import { nixSshOptions } from '../../nix/ssh-options.ts';
import { askpassOptions } from '../../ssh/askpass.ts';
import { configPathWithoutSpaces } from '../../ssh/config.ts';
import { sshOptionWords, sshTarget } from '../../ssh/target.ts';
import { askProgram } from '../../tools/program.ts';
import { readDeployRsLine } from './deploy-rs-output.ts';
import type { Tool } from './tool.ts';

/**
 * deploy-rs, one run per host, so that hosts are deployed side by side. Its magic rollback is what guards them: the
 * watchdog's time is the time in which it must have confirmed. Its checks of the whole flake are left out, since one host
 * that cannot be evaluated would hold up all.
 */
export const deployRs: Tool = {
  name: 'deploy-rs',
  guard: 'own',
  programs: ['deploy'],
  package: 'github:serokell/deploy-rs',
  identify: async (path) => {
    const answer = await askProgram([path, '--version']);
    const version = /^deploy(?:-rs)? (\S+)/m.exec(answer?.stdout ?? '')?.[1];
    return version === undefined ? null : { version, generation: '' };
  },
  sources: ['deploy'],
  goals: ['switch', 'boot'],
  whyNot: () => null,
  // It can be told to build there, not to build here what the fleet has built there.
  buildsAt: (place, { buildOnTarget }) => place === 'target' || (place === 'here' && !buildOnTarget),
  // Asked for one, it has sudo activate the profiles of the user that it logs in as too: as root's. To a command of the
  // node's own it writes the password, and does not tell it to read one.
  takesPassword: ({ target, deployRs: settings }) =>
    (settings?.profiles ?? []).every(
      ({ user, sudo }) => user !== null && user !== target?.user && (sudo === null || readsPassword(sudo)),
    ),
  question: /\(sudo for [^\n]+?\) Password: /,
  command({ program, spec, host, files, secrets }) {
    const { watchdogSeconds } = host;
    const words = ['-F', configPathWithoutSpaces(files), ...askpassOptions(secrets)];
    if (host.target !== null) words.push(...sshOptionWords(sshTarget(host.target, host.sshOptions)));
    const rollback =
      watchdogSeconds === null
        ? ['--magic-rollback', 'false']
        : ['--magic-rollback', 'true', '--confirm-timeout', String(watchdogSeconds)];
    return {
      argv: [
        program.path,
        '--skip-checks',
        `--ssh-opts=${nixSshOptions(words)}`,
        ...rollback,
        ...(secrets.sudoPassword === undefined ? [] : ['--interactive-sudo', 'true']),
        ...(spec.goal === 'boot' ? ['--boot'] : []),
        ...(spec.asked.buildOn === 'target' ? ['--remote-build'] : []),
        `${spec.fleet.ref}#${host.name}`,
      ],
      env: {},
      cwd: null,
    };
  },
  read: readDeployRsLine,
};

/** True for sudo that was told to read a password from its standard input. */
function readsPassword(sudo: string): boolean {
  return /^\s*sudo\s/.test(sudo) && /\s(?:-S|--stdin)\s/.test(sudo);
}
