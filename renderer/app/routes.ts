import type { JobId } from '../../shared/contract/ids.ts';
import type { DraftId } from '../../shared/contract/install.ts';

/** The pages, as the address bar names them after the `#`. */
export type Route =
  | { page: 'fleet'; filter: string }
  | { page: 'open' }
  | { page: 'jobs' }
  | { page: 'job'; id: JobId }
  | { page: 'host'; name: string }
  | { page: 'compare'; first: JobId; second: JobId | null }
  /** `draft` null: the choice of what is prepared. */
  | { page: 'machines'; draft: DraftId | null }
  | { page: 'disks' }
  | { page: 'check' }
  | { page: 'files'; file: string | null; line: number | null }
  | { page: 'inputs' }
  /** `of`: `*`, `@tag` or a host, whose checks are shown first; empty: nobody's. */
  | { page: 'health'; of: string }
  | { page: 'settings' };

// The same shape that shared/contract/ids.ts gives to job ids; the window does not load zod for one pattern.
const JOB_ID = /^\d{8}-\d{6}-[0-9a-f]{6}$/;

// As shared/contract/install.ts has it.
const DRAFT_ID = /^[0-9a-f]{16}$/;

function isDraftId(text: string): text is DraftId {
  return DRAFT_ID.test(text);
}

function isJobId(text: string): text is JobId {
  return JOB_ID.test(text);
}

/** Reads `#/jobs/<id>` and its kind; anything unknown is the fleet page, so an old bookmark never shows nothing. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page, id = '', draft = ''] = path.split('/');
  if (page === 'open') return { page: 'open' };
  if (page === 'disks') return { page: 'disks' };
  if (page === 'check') return { page: 'check' };
  if (page === 'inputs') return { page: 'inputs' };
  if (page === 'health') return { page: 'health', of: new URLSearchParams(query).get('of') ?? '' };
  if (page === 'host') return { page: 'host', name: new URLSearchParams(query).get('name') ?? '' };
  if (page === 'compare') return compareRoute(new URLSearchParams(query));
  if (page === 'files') return filesRoute(new URLSearchParams(query));
  if (page === 'settings') return { page: 'settings' };
  if (page === 'machines') return { page: 'machines', draft: isDraftId(draft) ? draft : null };
  if (page === 'jobs') return isJobId(id) ? { page: 'job', id } : { page: 'jobs' };
  return { page: 'fleet', filter: new URLSearchParams(query).get('filter') ?? '' };
}

function compareRoute(query: URLSearchParams): Route {
  const [first, second] = [query.get('first') ?? '', query.get('second') ?? ''];
  if (!isJobId(first)) return { page: 'jobs' };
  return { page: 'compare', first, second: isJobId(second) ? second : null };
}

function filesRoute(query: URLSearchParams): Route {
  const line = Number(query.get('line'));
  const file = query.get('file') ?? '';
  return { page: 'files', file: file === '' ? null : file, line: Number.isInteger(line) && line > 0 ? line : null };
}

export function printRoute(route: Route): string {
  switch (route.page) {
    case 'job':
      return `#/jobs/${route.id}`;
    case 'machines':
      return route.draft === null ? '#/machines/new' : `#/machines/new/${route.draft}`;
    case 'fleet':
      return route.filter === '' ? '#/fleet' : `#/fleet?${new URLSearchParams({ filter: route.filter })}`;
    case 'health':
      return route.of === '' ? '#/health' : `#/health?${new URLSearchParams({ of: route.of })}`;
    case 'host':
      return `#/host?${new URLSearchParams({ name: route.name })}`;
    case 'compare': {
      const { first, second } = route;
      return `#/compare?${new URLSearchParams(second === null ? { first } : { first, second })}`;
    }
    case 'files': {
      const query = new URLSearchParams();
      if (route.file !== null) query.set('file', route.file);
      if (route.line !== null) query.set('line', String(route.line));
      return query.size === 0 ? '#/files' : `#/files?${query}`;
    }
    default:
      return `#/${route.page}`;
  }
}
