import { setTimeout as wait } from 'node:timers/promises';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import { becomeRoot, PasswordLink, wantsPassword } from './become-root.ts';
import type { DeployWork, Reached } from './deploy-work.ts';
import { needsRoot } from './goals.ts';
import type { HostSession } from './host-session.ts';
import { readMachineFacts } from './machine-facts.ts';
import { isTrustedByNix } from './nix-trust.ts';
import { privilegeIn } from './privilege.ts';
import { engineProblems } from './engines/problems.ts';
import { clock, deployError, deployProblems } from './problems.ts';
import type { DeployHost } from './spec.ts';
import { linkTo } from './way-to-host.ts';

export type ReachWork = Pick<DeployWork, 'context' | 'spec' | 'files' | 'questions' | 'limits'>;

const firstPauseMs = 1000;
/** A machine that was switched on is found so soon. */
const longestPauseMs = 20_000;

/** Ways in which a machine that is off shows itself: nobody there, no name for it, or up without sshd yet. */
const offlineCodes: readonly string[] = ['ssh-unreachable', 'ssh-timeout', 'ssh-refused', 'ssh-unknown-name'];

/** True where a host is not there, and may come later. */
export function isOffline({ code }: Problem): boolean {
  return offlineCodes.includes(code);
}

/**
 * Reaches a host, and asks what it is in. One that does not answer is asked again until `untilMs`.
 * @param untilMs ms since the epoch; 0: it is asked once
 * @throws ProblemError `ssh-*`, `deploy-*`; the signal's reason
 */
export async function reachHost(
  work: ReachWork,
  host: DeployHost,
  untilMs: number,
  onNote: (note: string) => void,
): Promise<Reached> {
  const { signal } = work.context;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    try {
      return await work.limits.connections.run(signal, () => attempt(work, host, onNote));
    } catch (error) {
      if (!(error instanceof ProblemError) || !isOffline(error.problem) || Date.now() + pauseMs > untilMs) throw error;
      const until = Number.isFinite(untilMs) ? `, waiting until ${clock(untilMs)}` : '; it is waited for';
      if (pauseMs === firstPauseMs) work.context.log(host.name, `${host.name} does not answer and is waited for.\n`);
      onNote(`offline at ${clock(Date.now())}${until}`);
    }
    await wait(pauseMs, undefined, { signal });
  }
}

async function attempt(work: ReachWork, host: DeployHost, onNote: (note: string) => void): Promise<Reached> {
  const { context, files, questions } = work;
  const { signal } = context;
  const { name } = host;
  const secrets = questions.secretsOf(name);
  const link = linkTo(host, {
    files,
    secrets,
    onUnknownHostKey: (offer) => questions.mayPin(name, offer),
    onSecret: (question) => questions.secret(name, question),
  });
  if (link.target !== null) onNote(`connecting to ${link.place}`);
  try {
    const session = await link.open(signal);
    const privilege = privilegeIn(session, host.privilegeCommand);
    return await lookAt(work, host, { link, secrets, privilege }, session);
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}

/** What a host that lets us in says before anything is done. */
async function lookAt(
  work: ReachWork,
  host: DeployHost,
  way: Pick<Reached, 'link' | 'secrets' | 'privilege'>,
  session: HostSession,
): Promise<Reached> {
  const { spec } = work;
  const { signal } = work.context;
  const { goal, engine } = spec;
  const { name } = host;
  const facts = await readMachineFacts(session, signal);
  if (!facts.hasNix)
    throw deployError(deployProblems.noNix(name, `${session.place}: neither nix nor nix-store is in its PATH`));
  const isRunning = needsRoot(goal);
  if (isRunning && facts.currentSystem === null && facts.profileSystem === null) {
    throw deployError(deployProblems.notNixos(name));
  }
  const ask = passwordQuestion(work, host, session);
  let typed = '';
  const root = await becomeRoot(session, way.privilege, async () => (typed = await ask()), signal);
  if ('refusal' in root) {
    if (isRunning && !takesPassword(spec, host) && wantsPassword(root.refusal)) {
      throw deployError(engineProblems.noPassword(engine, name, root.refusal));
    }
    if (isRunning && spec.asksNobody && wantsPassword(root.refusal)) {
      throw deployError(deployProblems.nobodyToAsk(name, goal, root.refusal));
    }
    if (isRunning || typed !== '') throw deployError(deployProblems.notRoot(name, root.refusal));
    return { ...way, facts, mayBecomeRoot: false };
  }
  if (root.password === null) return { ...way, facts, mayBecomeRoot: true };
  way.secrets.sudoPassword = root.password;
  const link = new PasswordLink(way.link, root);
  return { link, secrets: way.secrets, privilege: root.privilege, facts, mayBecomeRoot: true };
}

function takesPassword(
  { engine }: Pick<DeployWork['spec'], 'engine'>,
  host: Pick<DeployHost, 'takesPassword'>,
): boolean {
  return engine === 'nix' || host.takesPassword;
}

/** What gives the password of sudo on a host; empty where it would not be of use, or nobody gives one. */
function passwordQuestion(
  { context, spec, questions }: ReachWork,
  host: DeployHost,
  session: HostSession,
): () => Promise<string> {
  const ask = questions.sudoPassword(host.name, session.place);
  const none = async (): Promise<string> => '';
  if (needsRoot(spec.goal)) return takesPassword(spec, host) ? ask : none;
  // Nix there takes what has no signature from root and from whom it trusts.
  const brings = spec.goal === 'push' && spec.engine === 'nix' && !host.buildOnTarget && !host.isLocal;
  return brings ? async () => ((await isTrustedByNix(session, context.signal)) ? '' : ask()) : none;
}
