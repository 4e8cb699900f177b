import type { HostName } from '../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { becomeRoot, PasswordSession } from '../deploy/become-root.ts';
import type { HostSession } from '../deploy/host-session.ts';
import { HostSteps } from '../deploy/host-steps.ts';
import { Limit } from '../deploy/limits.ts';
import { asRoot, privilegeIn } from '../deploy/privilege.ts';
import { deployError, deployProblems } from '../deploy/problems.ts';
import { trialFunction } from '../deploy/reboot/trial.ts';
import { toplevelFunction } from '../fleet/status/toplevel.ts';
import { Questions } from '../deploy/questions.ts';
import { jobStateOf } from '../deploy/verdict.ts';
import { openHost } from '../deploy/way-to-host.ts';
import type { JobContext, JobExecutor } from '../jobs/context.ts';
import { nextBootMark } from '../fleet/status/probe.ts';
import { prepareSshFiles } from '../ssh/config.ts';
import type { ExecResult } from '../ssh/session.ts';
import { problemOf } from '../unexpected.ts';
import { generationError, generationProblems } from './problems.ts';
import { protectedFolder } from './protected-folder.ts';
import { generationsSpec, type CleanedHost, type GenerationsSpec } from './spec.ts';

export { generationsSpec, type GenerationsSpec };

const neededExit = 31;
const bootMenuExit = 32;
const collectExit = 33;
const trialExit = 34;

/**
 * Looks at each generation again at this moment, so that nothing goes that runs, boots next or is protected by now. While
 * a system runs on trial nothing goes: what the machine falls back to stands in its boot loader alone. The boot menu is written before the store is cleaned: none of its entries leads to a system that is gone.
 */
const script = `
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/sbin:/usr/bin:/sbin:/bin"
folder=$1 profile=/nix/var/nix/profiles/system
shift
${toplevelFunction}
${trialFunction}
! runs_on_trial || exit ${trialExit}
needed() { echo "generation $1 $2" >&2; exit ${neededExit}; }
next=$(readlink "$profile") running=$(readlink -f /run/current-system) booted=$(readlink -f /run/booted-system)
for number in "$@"; do
  system=$(toplevel "$profile-$number-link")
  [ "$next" != "system-$number-link" ] || needed "$number" 'boots next'
  [ "$system" != "$running" ] || needed "$number" runs
  [ "$system" != "$booted" ] || needed "$number" 'was booted'
  [ ! -L "$folder/$number" ] || needed "$number" 'is protected'
done
nix-env --profile "$profile" --delete-generations "$@" || exit 1
echo 'writing the boot menu...'
default=$profile
# What is tried at the next boot alone does not become what boots.
[ "$(head -n 1 ${nextBootMark} 2>/dev/null)" != "$(toplevel "$profile")" ] || default=/run/booted-system
"$default/bin/switch-to-configuration" boot || exit ${bootMenuExit}
echo 'collecting garbage...'
nix-store --gc || exit ${collectExit}
`;

const mostAtOnce = 8;

/** Deletes generations of hosts, writes their boot menus anew and collects their garbage. */
export const executeGenerations: JobExecutor<GenerationsSpec> = async (context, { hosts, sshFolder }) => {
  const questions = new Questions(context);
  const limit = new Limit(mostAtOnce);
  const all = hosts.map(async (host): Promise<[HostName, HostOutcome]> => {
    const steps = new HostSteps(context, host.name, ['plan', 'clean']);
    const work = () => cleanHost({ context, steps, questions, sshFolder }, host);
    // Whose turn did not come before a cancel.
    const outcome = await limit.run(context.signal, work).catch(() => 'cancelled' as const);
    if (outcome === 'cancelled') steps.close('plan', 'cancelled', '');
    const state: Pick<HostOutcome, 'state' | 'error'> = outcome === 'cancelled' ? { state: outcome } : outcome;
    return [host.name, { generation: null, system: null, ...state }];
  });
  const outcomes = new Map(await Promise.all(all));
  return { state: jobStateOf([...outcomes.values()], context.signal.aborted), outcomes, problem: null };
};

interface Work {
  readonly context: JobContext;
  readonly steps: HostSteps;
  readonly questions: Questions;
  readonly sshFolder: string;
}

/** Never rejects. */
async function cleanHost(
  { context, steps, questions, sshFolder }: Work,
  host: CleanedHost,
): Promise<Pick<HostOutcome, 'state' | 'error'>> {
  const { name } = host;
  let stage: 'plan' | 'clean' = 'plan';
  try {
    steps.start('plan', 'connecting');
    using session = await openHost(host, {
      files: prepareSshFiles(sshFolder),
      signal: context.signal,
      onUnknownHostKey: (offer) => questions.mayPin(name, offer),
      onSecret: (question) => questions.secret(name, question),
    });
    const privilege = privilegeIn(session, host.privilegeCommand);
    const ask = questions.sudoPassword(name, session.place);
    const root = await becomeRoot(session, privilege, ask, context.signal);
    if ('refusal' in root) throw deployError(deployProblems.notRoot(name, root.refusal));
    steps.done('plan', '');
    stage = 'clean';
    steps.start('clean');
    const result = await clean(context, host, new PasswordSession(session, root), root.privilege);
    const problem = whyNotDeleted(name, result);
    if (problem !== null) throw generationError(problem);
    const freed = /([\d.]+ \w+) freed/.exec(`${result.stdout}${result.stderr}`)?.[1];
    steps.done('clean', freed === undefined ? '' : `${freed} freed`);
    return { state: 'succeeded' };
  } catch (error) {
    if (context.signal.aborted) {
      steps.close(stage, 'cancelled', '');
      return { state: 'cancelled' };
    }
    const problem = problemOf(error);
    steps.close(stage, 'failed', '');
    context.emit({ type: 'problem', host: name, stage, problem });
    return { state: 'failed', error: problem };
  }
}

async function clean(
  context: JobContext,
  { name, numbers }: CleanedHost,
  session: HostSession,
  privilege: readonly string[],
): Promise<ExecResult> {
  const words = [protectedFolder, ...numbers.map(String)];
  const argv = asRoot(privilege, ['sh', '-c', script, 'nixstead-clean', ...words]);
  const command = { host: name, stage: 'clean' as const, where: 'target' as const, argv, env: {} };
  context.emit({ type: 'command', command, exitCode: null });
  const result = await session.exec(argv, {
    signal: context.signal,
    onOutput: (text) => context.log(name, text),
  });
  context.emit({ type: 'command', command, exitCode: result.exitCode ?? 255 });
  return result;
}

function whyNotDeleted(host: string, { exitCode, stdout, stderr }: ExecResult): Problem | null {
  const evidence = `${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n');
  switch (exitCode) {
    case 0:
      return null;
    case neededExit:
      return generationProblems.needed(host, stderr.trim());
    case trialExit:
      return generationProblems.onTrial(host);
    case bootMenuExit:
      return generationProblems.bootMenu(host, evidence);
    case collectExit:
      return generationProblems.notCollected(host, evidence);
    default:
      return generationProblems.notDeleted(host, evidence);
  }
}
