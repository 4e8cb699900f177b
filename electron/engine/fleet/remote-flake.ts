import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/contract/problem.ts';
import { nameOfReference, withoutFragment } from '../../../shared/fleet/fleet-reference.ts';
import { ProblemError } from '../errors.ts';
import { readFlakeMetadata, type FlakeMetadata } from '../nix/flake-metadata.ts';
import { nixHost } from '../nix/nix-program.ts';
import { bringFlake } from './bring-flake.ts';
import { fleetIdOf, type FleetFolder } from './folder.ts';

export interface FetchRequest {
  /** As a person wrote it. */
  readonly reference: string;
  /** The revision to be fetched instead, as {@link FleetFolder.ref} of an earlier opening has it. */
  readonly pinned?: string;
  /** Asks the other side even where nix remembers its last answer (`tarball-ttl`, an hour). */
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
}

/** Fetches what a reference leads to. @throws ProblemError `fleet-remote-*`, or what nix says */
export type FetchFlake = (request: FetchRequest) => Promise<FleetFolder>;

/** Cloning a repository with years of history over a slow line takes minutes. */
const timeLimitMs = 10 * 60 * 1000;

/**
 * Fetches with nix, as every other command of nix would: into its store, where the copy cannot be edited. Where another
 * machine runs nix the copy is in the store there, and is brought here to be read.
 * @param sshConfig our own ssh_config, so that git asks nobody and meets the host keys that are known here
 * @param cache the folder of what can be made again
 */
export function fetchWithNix(sshConfig: () => string, cache: string): FetchFlake {
  return async ({ reference, pinned, refresh, signal }) => {
    const origin = withoutFragment(reference);
    // It would be kept in the list of fleets and stand in the arguments of every command.
    if (/\/\/[^/?#@]*:[^/?#@]*@/.test(origin)) throw passwordInReference();
    let said = '';
    try {
      const metadata = await readFlakeMetadata(pinned ?? origin, {
        env: fetchEnvironment(sshConfig()),
        onLog: (text) => (said += text),
        isFresh: refresh === true,
        timeLimitMs,
        ...(signal === undefined ? {} : { signal }),
      });
      const place = nixHost() === null ? null : process.env['NIXSTEAD_NIX'];
      const top =
        place === null || place === undefined
          ? metadata.path
          : await bringFlake({
              ...{ storePath: metadata.path, nixHost: place, signal },
              ...{ sshConfig: sshConfig(), into: join(cache, 'flakes') },
            });
      return remoteFolder(origin, { metadata, top, problems: staleness(said) });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw new ProblemError(asRemoteProblem(error.problem, origin, said), { cause: error });
    }
  };
}

/** Where the other side cannot be reached, nix goes on with what it fetched before, and says so only in its log. */
function staleness(said: string): Problem[] {
  const lines = said.split('\n').filter((line) => staleWords.test(line));
  if (lines.length === 0) return [];
  return [
    {
      code: 'fleet-remote-stale',
      title: 'The newest state could not be fetched; this is what nix fetched before',
      evidence: [...new Set(lines)].slice(0, 10).join('\n'),
      advice: ['Check that this machine can reach the place, and open the fleet again.'],
      canRetry: true,
    },
  ];
}
const staleWords = /^(?:fatal|ssh): |expired cached|continuing with the most recent version|using cached version/;

/** What git needs to know where nix starts it. The path has no white space: git gives the text to a shell. */
function fetchEnvironment(sshConfig: string): Record<string, string> {
  return { GIT_SSH_COMMAND: `ssh -F ${sshConfig}` };
}

interface Fetched {
  readonly metadata: FlakeMetadata;
  /** Where it is on this computer. */
  readonly top: string;
  readonly problems: readonly Problem[];
}

/** The folder of a fetched flake. @throws ProblemError `fleet-remote-no-flake` */
function remoteFolder(origin: string, { metadata, top, problems }: Fetched): FleetFolder {
  const subfolder = metadata.locked?.dir ?? '';
  const path = join(top, subfolder);
  if (!existsSync(join(path, 'flake.nix'))) throw noFlakeThere(origin, path);
  return {
    id: fleetIdOf(origin),
    origin,
    name: nameOfReference(origin),
    path,
    form: 'flake',
    workTree: null,
    subfolder,
    ref: lockedReference(metadata),
    storePath: metadata.path,
    problems,
    remote: {
      revision: metadata.revision ?? metadata.dirtyRevision ?? null,
      lastModified: metadata.lastModified === undefined ? null : metadata.lastModified * 1000,
    },
  };
}

/**
 * The reference of exactly this state. Of a work tree with changes nix gives none, so its copy in the store stands for
 * it: what was shown is what is deployed.
 */
function lockedReference({ url, path, locked }: FlakeMetadata): string {
  if (/[?&](?:rev|narHash)=/.test(url) || /^(?:github|gitlab|sourcehut):[^?]*\/[0-9a-f]{40}(?:\?|$)/.test(url))
    return url;
  const query = new URLSearchParams({
    ...(locked?.narHash === undefined ? {} : { narHash: locked.narHash }),
    ...(locked?.dir === undefined ? {} : { dir: locked.dir }),
  }).toString();
  return `path:${path}${query === '' ? '' : `?${query.replaceAll('+', '%20')}`}`;
}

/** @param said what git and ssh said beside nix, whose own words are only of a reference that does not resolve */
function asRemoteProblem(problem: Problem, origin: string, said: string): Problem {
  if (['nix-missing', 'nix-unusable', 'nix-host-silent', 'fleet-remote-not-brought'].includes(problem.code))
    return problem;
  const reasons = said
    .split('\n')
    .filter((line) => /^(?:fatal|ssh|error|curl|remote): |Host key|HAS CHANGED|denied/.test(line));
  const evidence = [...new Set([...reasons.slice(0, 10), problem.evidence])].join('\n');
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) {
    return {
      ...{ ...problem, evidence, code: 'fleet-remote-host-key' },
      title: `The server of ${origin} shows another host key than before`,
      advice: [
        'Find out why. If it was reinstalled, take its old key out: ssh-keygen -R HOST, then connect with ssh once.',
      ],
    };
  }
  if (/Host key verification failed|No \S+ host key is known/.test(said)) {
    return {
      ...{ ...problem, evidence, code: 'fleet-remote-host-key' },
      title: `The server of ${origin} is not known here`,
      advice: ['Connect to it once with ssh in a terminal, and compare its fingerprint when ssh shows it.'],
    };
  }
  const advice = [
    'Check the reference: github:owner/repo, git+ssh://user@host/path, git+https://…, path:/folder.',
    'Nobody can be asked while nix fetches: a private repository needs a key in your agent, or access-tokens in nix.conf.',
  ];
  return { ...problem, evidence, code: 'fleet-remote-unreachable', title: `${origin} cannot be fetched`, advice };
}

function passwordInReference(): ProblemError {
  return new ProblemError({
    code: 'fleet-remote-password',
    title: 'A reference with a password in it is not taken',
    evidence: '',
    advice: [
      'Leave the password out: git asks its credential helper (git config credential.helper), or use git+ssh with a key.',
    ],
  });
}

function noFlakeThere(origin: string, path: string): ProblemError {
  return new ProblemError({
    code: 'fleet-remote-no-flake',
    title: `There is no flake.nix in ${origin}`,
    evidence: path,
    advice: ['A flake in a subfolder is named with ?dir=FOLDER at the end of its reference.'],
  });
}
