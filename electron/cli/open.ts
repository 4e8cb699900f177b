import { resolve } from 'node:path';
import { isFlakeReference } from '../../shared/fleet/fleet-reference.ts';
import type { FleetView } from '../../shared/contract/fleet.ts';
import { CommandFailed, problemOfCall } from './errors.ts';
import { exitCodes } from './exit.ts';
import type { Session } from './session.ts';

/** DIR of a command as the engine takes it: an absolute path, or a flake reference as it is. */
export function fleetArgument(text: string): string {
  return isFlakeReference(text) ? text : resolve(text);
}

/**
 * Opens a fleet, with its progress on the terminal.
 * @throws CommandFailed with exit code 3 where it cannot be read
 */
export async function openForCommand(session: Session, folder: string, refresh = false): Promise<FleetView> {
  using progress = session.progress();
  try {
    for await (const event of await session.client.fleet.open({ path: fleetArgument(folder), refresh })) {
      if (event.type === 'opened') return event.view;
      progress.say(event.text);
    }
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.unreadable);
  }
  throw new CommandFailed(
    { code: 'fleet-not-read', title: 'The fleet was not read to its end', evidence: folder, advice: ['Try again.'] },
    exitCodes.unreadable,
  );
}
