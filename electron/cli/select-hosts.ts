import type { FleetView } from '../../shared/contract/fleet.ts';
import type { Host } from '../../shared/contract/host.ts';
import {
  explainSelection,
  needsStates,
  parseSelection,
  select,
  statesOf,
  type SelectableHost,
  type SelectionExplanation,
} from '../../shared/fleet/selection.ts';
import { askStatuses } from './ask-statuses.ts';
import { CommandFailed, wrongUsage } from './errors.ts';
import { exitCodes } from './exit.ts';
import { printable } from './output/text.ts';
import type { Session } from './session.ts';

export interface ChosenHosts {
  readonly hosts: readonly Host[];
  readonly explanation: SelectionExplanation;
}

/** What a person sees of a selection that is wrong: the text, and a mark under the character. */
function pointAt(text: string, start: number, message: string): string {
  return `${text}\n${' '.repeat(start)}^ ${message}`;
}

/**
 * The hosts of a selection. `state:` asks the hosts first. A pattern, tag or state that fits no host is told on standard
 * error: it is often a typing mistake.
 * @throws CommandFailed with exit code 2 where the selection is wrong, or names a host that there is none of
 */
export async function selectHosts(session: Session, view: FleetView, text: string): Promise<ChosenHosts> {
  const parsed = parseSelection(text);
  if (!parsed.ok) {
    const { start, message } = parsed.error;
    throw wrongUsage(
      'The selection is wrong',
      pointAt(text, start, message),
      'nixstead fleet hosts --help shows examples.',
    );
  }
  let hosts: readonly (Host & SelectableHost)[] = view.hosts;
  if (needsStates(parsed.node)) {
    const statuses = await askStatuses(session, view.fleet.id);
    hosts = view.hosts.map((host) => {
      const status = statuses.get(host.name);
      return { ...host, states: status && statesOf(status) };
    });
  }
  const explanation = explainSelection(parsed.node, hosts);
  const typing = explanation.idle.find(({ term }) => term.field === 'name' && term.pattern.isLiteral);
  if (typing) {
    const meant = typing.suggestion === null ? [] : [`Did you mean ${typing.suggestion}?`];
    const problem = { code: 'no-such-host', title: capital(typing.message), evidence: text, advice: meant };
    throw new CommandFailed(problem, exitCodes.usage);
  }
  for (const { message, suggestion } of explanation.idle) {
    const meant = suggestion === null ? '' : `; did you mean ${suggestion}?`;
    session.tell(session.paintError('yellow', `${printable(`${message}${meant}`)}\n`));
  }
  const matched = new Set(select(parsed.node, hosts).map((host) => host.name));
  return { hosts: view.hosts.filter((host) => matched.has(host.name)), explanation };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
