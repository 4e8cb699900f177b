import type { Host, HostStatus, Reachability } from '../../../../shared/contract/host.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { openHost, placeOf } from '../../deploy/way-to-host.ts';
import { ProblemError } from '../../errors.ts';
import type { SshFiles } from '../../ssh/config.ts';
import { parseProbe, probeScript, type MachineFacts } from './probe.ts';

/** What a host answered, or why it did not. */
export type Answer =
  | { readonly reachability: 'online' | 'no-nix'; readonly facts: MachineFacts; readonly problem: null }
  | {
      readonly reachability: 'offline' | 'denied' | 'key-changed' | 'unknown';
      readonly facts: null;
      readonly problem: Problem;
    };

/** Asks one host. Never throws but for an abort. */
export type AskHost = (host: Host, signal: AbortSignal) => Promise<Answer>;

/** A host that has not been asked yet. */
export function unaskedStatus(name: HostName): HostStatus {
  return {
    name,
    reachability: 'unknown',
    checkedAt: null,
    currentSystem: null,
    bootedSystem: null,
    profileSystem: null,
    wantedSystem: null,
    generation: null,
    nixosVersion: null,
    failedUnits: [],
    lastDeploy: null,
    problem: null,
  };
}

/** A host without a target is not asked; its own problem says why. */
export function noTarget(host: Host): Problem {
  return (
    host.problem ?? {
      code: 'host-without-target',
      title: `${host.name} is not deployed over SSH`,
      evidence: 'Its target host is null',
      advice: ['Set deployment.targetHost where it should be deployed from here.'],
    }
  );
}

/** A machine at home that is on answers sooner. */
const connectMs = 8_000;
const answerMs = 15_000;

/** Problems in which the machine was not reached, by their codes (ssh/problems.ts). */
const offline = new Set(['unknown-name', 'unreachable', 'timeout', 'refused', 'connection-lost', 'command-timeout']);
const denied = new Set(['denied', 'too-many-keys']);
const keyChanged = new Set(['host-key-changed', 'host-key-revoked']);

/** The state that a failed connection stands for. A machine whose key nobody has confirmed yet is unknown. */
export function reachabilityOf(problem: Problem): Exclude<Reachability, 'online' | 'no-nix' | 'checking'> {
  const code = problem.code.replace(/^ssh-/, '');
  if (offline.has(code)) return 'offline';
  if (denied.has(code)) return 'denied';
  return keyChanged.has(code) ? 'key-changed' : 'unknown';
}

/** Asks over SSH, or here where a host is this computer; without a question to anybody. */
export function askWhereItIs(files: SshFiles): AskHost {
  return async (host, signal) => {
    try {
      const place = placeOf(host);
      if (host.target === null && !place.isLocal) throw new ProblemError(noTarget(host));
      using session = await openHost(place, { files, signal, timeoutMs: connectMs });
      const result = await session.exec(['sh', '-c', probeScript], { signal, timeoutMs: answerMs });
      const facts = parseProbe(result.stdout);
      if (facts === null) throw new ProblemError(unreadableAnswer(host, result.stderr || result.stdout));
      return { reachability: facts.hasNix ? 'online' : 'no-nix', facts: ofHost(facts, host), problem: null };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { reachability: reachabilityOf(error.problem), facts: null, problem: error.problem };
    }
  };
}

/** A host that has no keys any more misses none, and what boots is the system, whatever is made around it. */
function ofHost({ areKeysGone, innerSystem, ...facts }: MachineFacts, { keys }: Host): MachineFacts {
  const told = { ...facts, profileSystem: innerSystem ?? facts.profileSystem };
  return areKeysGone === true && keys.length > 0 ? { ...told, areKeysGone } : told;
}

function unreadableAnswer(host: Host, evidence: string): Problem {
  return {
    code: 'host-answer-unreadable',
    title: `${host.name} answered something that was not asked`,
    evidence: evidence.slice(0, 2000),
    advice: ['Check that the login shell of the target’s user runs commands and prints nothing by itself.'],
    canRetry: true,
  };
}
