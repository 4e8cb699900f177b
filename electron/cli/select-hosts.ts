import type { FleetView } from '../../shared/contract/fleet.ts';
import type { Host } from '../../shared/contract/host.ts';
import {
  explainSelection,
  parseSelection,
  select,
  statesNeeded,
  statesOf,
  type SelectableHost,
  type SelectionExplanation,
} from '../../shared/fleet/selection.ts';
import { askStatuses } from './ask-statuses.ts';
import { CommandFailed, problemOfCall, wrongUsage } from './errors.ts';
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
 * The hosts of a selection. `state:` asks the hosts first, and `state:outdated` evaluates what they would run. What fits
 * no host, often a typing mistake, and what is not known is told on standard error.
 * @throws CommandFailed with exit code 2 where the selection is wrong, or names a host that there is none of
 */
export async function selectHosts(session: Session, view: FleetView, text: string): Promise<ChosenHosts> {
  const fleetId = view.fleet.id;
  const saved = new Map((await session.client.selection.list({ fleetId })).map((each) => [each.name, each.text]));
  const parsed = parseSelection(text, saved);
  if (!parsed.ok) {
    const { start, message } = parsed.error;
    throw wrongUsage(
      'The selection is wrong',
      pointAt(text, start, message),
      'nixstead fleet hosts --help shows examples.',
    );
  }
  let hosts: readonly (Host & SelectableHost)[] = view.hosts;
  const needed = statesNeeded(parsed.node);
  if (needed.has('outdated')) await evaluateSystems(session, view);
  if (needed.size > 0) {
    const statuses = await askStatuses(session, fleetId);
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
  const oddities = [
    ...explanation.idle.map(({ message, suggestion }) =>
      suggestion === null ? message : `${message}; did you mean ${suggestion}?`,
    ),
    ...explanation.unknown.map(({ message }) => message),
  ];
  for (const oddity of oddities) session.tell(session.paintError('yellow', `${printable(oddity)}\n`));
  const matched = new Set(select(parsed.node, hosts).map((host) => host.name));
  return { hosts: view.hosts.filter((host) => matched.has(host.name)), explanation };
}

/** Evaluates what every host would run, as far as that is not known. A host that fails stays unknown, which is told. */
async function evaluateSystems(session: Session, { fleet }: FleetView): Promise<void> {
  using progress = session.progress();
  try {
    for await (const { done, total, problems } of await session.client.fleet.evaluateSystems({ id: fleet.id })) {
      progress.say(`Evaluating systems: ${done} of ${total}`);
      for (const { name, problem } of problems) {
        session.tell(session.paintError('yellow', `${printable(`${name}: ${problem.title}`)}\n`));
      }
    }
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.unreadable);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
