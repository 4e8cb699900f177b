import type { ChangePlan } from '../../shared/contract/change.ts';
import type { NewHostRequest } from '../../shared/contract/create.ts';
import type { FleetView } from '../../shared/contract/fleet.ts';
import type { Declaration } from '../../shared/contract/install.ts';
import { bestModel } from '../../shared/fleet/change/model.ts';
import { declarationOf, hostLike } from '../../shared/install/declared-host.ts';
import { CommandFailed, wrongUsage } from './errors.ts';
import { exitCodes } from './exit.ts';
import type { Session } from './session.ts';

/**
 * A new host of a flake that was not made by us: declared like another one of it, which is tried in a copy.
 * @param about `user` null: as the flake has it for the host that it is made like
 * @param ours flags that were given and mean nothing there
 * @throws CommandFailed with what to write where, when no place is safe
 */
export async function declaredHost(
  session: Session,
  view: FleetView,
  about: NewHostRequest,
  like: string | undefined,
  ours: readonly string[],
): Promise<{ newHost: NewHostRequest; declaration: Declaration }> {
  if (ours.length > 0) {
    throw wrongUsage(
      'This flake was not made by Nixstead, so what is in a host is written there',
      ours.join(' '),
      'Leave it away: the host is declared like another one of the flake (--like NAME).',
    );
  }
  const named = view.hosts.find((one) => one.name === like);
  const model = named ?? (like === undefined ? bestModel(view.hosts, about) : null);
  if (model === null)
    throw wrongUsage('There is no such host to copy', like ?? '', 'nixstead fleet show lists the hosts.');
  const newHost = hostLike(model, about);
  const change = { kind: 'add' as const, host: newHost, like: model.name, isForInstall: true };
  let plan: ChangePlan | null = null;
  for await (const event of await session.client.change.plan({ path: view.fleet.path, change })) {
    if (event.type === 'planned') plan = event.plan;
    else session.tell(`${event.text}\n`);
  }
  const declaration = declarationOf(plan, model);
  if (declaration === null) {
    const { reason, snippet = null } = plan?.state === 'by-hand' ? plan.byHand : { reason: 'It has no module.' };
    throw new CommandFailed(
      {
        code: 'install-declared-by-hand',
        title: `${about.name} has to be declared by hand`,
        evidence: reason,
        advice: [
          ...(snippet === null ? [] : [`Write this into the flake:\n${snippet}`]),
          'Then it is a host that the fleet has: install it again with the same words, or deploy to it.',
        ],
      },
      exitCodes.failed,
    );
  }
  if (plan?.state === 'ready') for (const note of plan.notes) session.tell(`${note}\n`);
  return { newHost, declaration };
}
