import type { Host, HostStatus, Reachability } from '../../../../shared/contract/host.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { ProblemError } from '../../errors.ts';
import { connect } from '../../ssh/client.ts';
import type { SshFiles } from '../../ssh/config.ts';
import { sshTarget } from '../../ssh/target.ts';
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

const secondsPerHost = 12;

/** The state that a failed connection stands for, from the problem's code (see ssh/problems.ts). */
export function reachabilityOf(problem: Problem): Exclude<Reachability, 'online' | 'no-nix' | 'checking'> {
  if (/host-key-changed|key-revoked/.test(problem.code)) return 'key-changed';
  if (/denied|too-many-keys|key-unknown|passphrase|password/.test(problem.code)) return 'denied';
  return problem.code.startsWith('ssh-') ? 'offline' : 'unknown';
}

/** Asks over SSH, without a question to anybody: an unknown host key or a locked key makes the host `denied`. */
export function askOverSsh(files: SshFiles): AskHost {
  return async (host, signal) => {
    try {
      if (host.target === null) throw new ProblemError(noTarget(host));
      using session = await connect(sshTarget(host.target, host.sshOptions), {
        files,
        signal,
        timeoutMs: secondsPerHost * 1000,
      });
      const result = await session.exec(['sh', '-c', probeScript], { signal, timeoutMs: secondsPerHost * 1000 });
      const facts = parseProbe(result.stdout);
      if (facts === null) throw new ProblemError(unreadableAnswer(host, result.stderr || result.stdout));
      return { reachability: facts.hasNix ? 'online' : 'no-nix', facts, problem: null };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { reachability: reachabilityOf(error.problem), facts: null, problem: error.problem };
    }
  };
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
