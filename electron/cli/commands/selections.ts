import { Option, type Command } from 'commander';
import type { SavedSelection } from '../../../shared/contract/selection.ts';
import { FLEET_ARGUMENT, SELECTION_HELP } from '../arguments.ts';
import { CommandFailed, problemOfCall } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { openForCommand } from '../open.ts';
import { table } from '../output/table.ts';
import { printable } from '../output/text.ts';
import type { EngineClient, Session } from '../session.ts';
import type { FleetId } from '../../../shared/contract/ids.ts';

type Ask = (client: EngineClient['selection'], fleetId: FleetId) => Promise<SavedSelection[]>;

/** Does something with the selections of a fleet and shows the list as it is then. */
async function withSelections(session: Session, folder: string, ask: Ask): Promise<ExitCode> {
  const { fleet } = await openForCommand(session, folder);
  let selections: SavedSelection[];
  try {
    selections = await ask(session.client.selection, fleet.id);
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
  if (session.isJson) session.printJson(selections);
  else if (selections.length === 0) session.print('No selection is saved for this fleet.\n');
  else {
    const rows = selections.map(({ name, text }) => [printable(name), printable(text)]);
    session.print(table(['NAME', 'SELECTION'], rows, session.paint));
  }
  return exitCodes.done;
}

type Act = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** Adds `selections`: names for selections of hosts, kept for each fleet. */
export function addSelections(program: Command, act: Act): void {
  const selections = program.command('selections').description('selections of hosts that have a name, for each fleet');
  const verb = (name: string, description: string): Command =>
    selections.command(name).description(description).argument('<DIR>', FLEET_ARGUMENT);
  const json = (): Option => new Option('--json', 'print JSON');
  type Options = { json?: boolean };

  verb('list', 'the saved selections of a fleet')
    .addOption(json())
    .action((folder: string, options: Options) =>
      act(options, (session) => withSelections(session, folder, (client, fleetId) => client.list({ fleetId }))),
    );
  verb('save', 'give a selection a name, in place of another of that name')
    .argument('<NAME>')
    .argument('<EXPR>')
    .addOption(json())
    .addHelpText('after', SELECTION_HELP)
    .action((folder: string, name: string, text: string, options: Options) =>
      act(options, (session) =>
        withSelections(session, folder, (client, fleetId) => client.save({ fleetId, name, text })),
      ),
    );
  verb('rename', 'give it another name, also in the selections that use it')
    .argument('<NAME>')
    .argument('<NEW>')
    .addOption(json())
    .action((folder: string, name: string, to: string, options: Options) =>
      act(options, (session) =>
        withSelections(session, folder, (client, fleetId) => client.rename({ fleetId, name, to })),
      ),
    );
  verb('delete', 'delete it; no host is touched')
    .argument('<NAME>')
    .addOption(json())
    .action((folder: string, name: string, options: Options) =>
      act(options, (session) => withSelections(session, folder, (client, fleetId) => client.remove({ fleetId, name }))),
    );
}
