import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { Host, HostTraits } from '../../../shared/contract/host.ts';
import { CommandFailed, problemOfCall } from '../errors.ts';
import { exitCodes } from '../exit.ts';
import { targetText } from '../output/target.ts';
import { printable, shortened } from '../output/text.ts';
import type { Session } from '../session.ts';

/** What the configurations of all hosts tell, by the hosts' names. */
export async function readTraits(session: Session, { fleet }: FleetView): Promise<ReadonlyMap<string, HostTraits>> {
  using progress = session.progress();
  const traits = new Map<string, HostTraits>();
  try {
    progress.say('Looking into the configurations');
    for await (const batch of await session.client.fleet.traits({ id: fleet.id })) {
      for (const each of batch) traits.set(each.name, each);
      progress.say(`Looked into ${traits.size} configurations`);
    }
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.unreadable);
  }
  return traits;
}

/** Everything that is declared of a host, a line each; what says nothing is left out. */
export function hostDetails(host: Host, traits: HostTraits | undefined, { paint }: Session): string {
  const { target, deployRs } = host;
  const lines: [string, string | null][] = [
    ['target', target === null && host.isThisComputer !== true ? 'none' : targetText(host)],
    ['system', host.system],
    ['declared in', host.sources.join(', ')],
    ['tags', host.tags.join(', ')],
    ['host name', traits?.hostName ?? null],
    ['state version', traits?.stateVersion ?? null],
    ['role', traits?.role ?? null],
    ['uses', traits?.uses.join(', ') ?? null],
    ['builds', host.buildOnTarget ? 'on the host itself' : null],
    ['deploys itself', host.allowLocalDeployment ? 'allowed (colmena apply-local)' : null],
    ['becomes root', target?.user === 'root' ? null : host.privilegeCommand.join(' ')],
    ['ssh options', host.sshOptions.join(' ')],
    ['keys', host.keys.join(', ')],
    ['unknown profiles', host.replaceUnknownProfiles ? null : 'are not replaced'],
    [
      'profiles',
      deployRs && deployRs.profiles.map(({ name, user }) => `${name} (${user ?? 'who logs in'})`).join(', '),
    ],
    ['rolls back', deployRs && rollbackText(deployRs)],
    ['files', traits?.files.join(', ') ?? null],
    ['not known', traits?.problem?.title ?? null],
  ];
  const shown = lines.flatMap(([name, value]) =>
    value === null || value === ''
      ? []
      : [`  ${paint('dim', name.padEnd(16))}  ${printable(shortened(value, 2000))}\n`],
  );
  return `${paint('bold', printable(host.name))}\n${shown.join('')}`;
}

function rollbackText(settings: NonNullable<Host['deployRs']>): string {
  const { autoRollback, magicRollback, confirmTimeout, activationTimeout } = settings;
  if (!autoRollback && !magicRollback) return 'never';
  const failed = autoRollback ? `when activating fails or takes longer than ${activationTimeout} s` : null;
  const lost = magicRollback ? `when nobody can reach it for ${confirmTimeout} s afterwards` : null;
  return [failed, lost].filter((part) => part !== null).join(', and ');
}
