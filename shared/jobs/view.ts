import { jobId, type JobId } from '../contract/ids.ts';
import type { BuildNode, Command, JobDetail, JobEvent, JobState, JobSummary, Step } from '../contract/job.ts';

/** A job of which nothing has been heard yet. */
export function emptyJobDetail(summary: JobSummary, spec: Readonly<Record<string, unknown>>): JobDetail {
  return {
    summary,
    spec: { ...spec },
    nextSeq: 0,
    steps: [],
    commands: [],
    builds: {},
    problems: [],
    problem: null,
    outcomes: {},
    notes: [],
    watchdogs: {},
    changes: {},
    health: {},
  };
}

const noHealth: JobDetail['health'][string] = { before: [], after: [] };

/** The job that found out what this one does; null where nobody approved a plan. */
export function planIdOf({ spec }: Pick<JobDetail, 'spec'>): JobId | null {
  return jobId.safeParse(spec['plan']).data ?? null;
}

/** True where nothing more will be heard of a job. */
export function isOver(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

/**
 * The job after one more event. Pure: the engine and the window get the same picture from the same events. An event
 * that is already in (its `seq` is below `nextSeq`) changes nothing, so a snapshot and a stream may overlap.
 */
export function foldJobEvent(detail: JobDetail, event: JobEvent): JobDetail {
  if (event.seq < detail.nextSeq) return detail;
  return { ...applyEvent(detail, event), nextSeq: event.seq + 1 };
}

function applyEvent(detail: JobDetail, event: JobEvent): JobDetail {
  const { summary } = detail;
  switch (event.type) {
    case 'started':
      return { ...detail, summary: { ...summary, state: 'running', startedAt: event.at, waitingFor: null } };
    case 'step':
      return withSteps(detail, putStep(detail.steps, event.step));
    case 'command':
      return { ...detail, commands: putCommand(detail.commands, event.command, event.exitCode, event.at) };
    case 'build':
      return {
        ...detail,
        builds: { ...detail.builds, [event.host]: mergeNodes(nodesOf(detail, event.host), event.nodes) },
      };
    case 'prompt':
      return { ...detail, summary: { ...summary, pendingPrompt: event.prompt } };
    case 'answered':
      if (summary.pendingPrompt?.id !== event.promptId) return detail;
      return { ...detail, summary: { ...summary, pendingPrompt: null } };
    case 'problem':
      return {
        ...detail,
        problems: [...detail.problems, { host: event.host, stage: event.stage, problem: event.problem }],
      };
    case 'note':
      return { ...detail, notes: [...detail.notes, { at: event.at, text: event.text }] };
    case 'watchdog':
      return { ...detail, watchdogs: { ...detail.watchdogs, [event.host]: event.watchdog } };
    case 'activity':
      return { ...detail, summary: { ...summary, activity: event.activity } };
    case 'limits':
      return { ...detail, limits: event.limits };
    case 'waves':
      return { ...detail, waves: event.waves };
    case 'systems':
      return { ...detail, evaluated: event.evaluated };
    case 'goes-back':
      return { ...detail, goesBackTo: { ...detail.goesBackTo, [event.host]: event.generation } };
    case 'changes':
      return { ...detail, changes: { ...detail.changes, [event.host]: event.changes } };
    case 'health': {
      const known = (Object.hasOwn(detail.health, event.host) ? detail.health[event.host] : undefined) ?? noHealth;
      return { ...detail, health: { ...detail.health, [event.host]: { ...known, [event.phase]: event.results } } };
    }
    case 'outcome':
      return { ...detail, outcomes: { ...detail.outcomes, [event.host]: event.outcome } };
    case 'finished':
      return finish({ ...detail, problem: event.problem }, event.state, event.at);
  }
}

/** Nothing of a finished job is still running: what had begun was cut off, what had not was left out. */
function finish(detail: JobDetail, state: JobState, at: number): JobDetail {
  const steps = detail.steps.map((step): Step => {
    if (step.state === 'running') return { ...step, state: 'cancelled', endedAt: at, bytesPerSecond: null };
    return step.state === 'waiting' ? { ...step, state: 'skipped' } : step;
  });
  const closed = withSteps(detail, steps);
  const { activity: _, ...summary } = closed.summary;
  return {
    ...closed,
    summary: {
      ...summary,
      state,
      endedAt: at,
      waitingFor: null,
      pendingPrompt: null,
      estimatedMsLeft: null,
    },
  };
}

function withSteps(detail: JobDetail, steps: Step[]): JobDetail {
  const stepsDone = steps.filter((step) => step.state !== 'waiting' && step.state !== 'running').length;
  return { ...detail, steps, summary: { ...detail.summary, stepsDone, stepsTotal: steps.length } };
}

function putStep(steps: readonly Step[], step: Step): Step[] {
  const index = steps.findIndex((known) => known.host === step.host && known.stage === step.stage);
  return index < 0 ? [...steps, step] : steps.with(index, step);
}

/** A command is told when it starts (no exit code yet) and again when it ends. */
function putCommand(
  commands: JobDetail['commands'],
  command: Command,
  exitCode: number | null,
  at: number,
): JobDetail['commands'] {
  const index = commands.findLastIndex((known) => known.exitCode === null && isSameCommand(known.command, command));
  const known = commands[index];
  if (exitCode === null || known === undefined) return [...commands, { command, exitCode, at }];
  return commands.with(index, { ...known, exitCode });
}

function isSameCommand(a: Command, b: Command): boolean {
  return (
    a.host === b.host &&
    a.stage === b.stage &&
    a.where === b.where &&
    a.argv.length === b.argv.length &&
    a.argv.every((word, index) => word === b.argv[index])
  );
}

function nodesOf(detail: JobDetail, host: string): readonly BuildNode[] {
  return (Object.hasOwn(detail.builds, host) ? detail.builds[host] : undefined) ?? [];
}

/** Events carry only the derivations that changed; those that they do not name stay as they were. */
function mergeNodes(known: readonly BuildNode[], changed: readonly BuildNode[]): BuildNode[] {
  const merged = new Map(known.map((node) => [node.drv, node]));
  for (const node of changed) merged.set(node.drv, node);
  return [...merged.values()];
}
