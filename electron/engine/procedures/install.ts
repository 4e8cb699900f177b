import { adoptMachine } from '../install/adopt.ts';
import { procedures } from './base.ts';
import type { EngineParts } from '../parts.ts';

/** `install.*`: new machines, reinstalls, and machines that are taken over. */
export function installProcedures(parts: EngineParts) {
  const { install } = procedures;
  const { installs } = parts;
  return {
    drafts: install.drafts.handler(({ input }) => installs.drafts(input.fleetId)),
    create: install.create.handler(({ input }) => installs.create(input.fleetId, input.kind, input.host)),
    draft: install.draft.handler(({ input }) => installs.draft(input.id)),
    change: install.change.handler(({ input }) => installs.change(input.id, input.change)),
    discard: install.discard.handler(({ input }) => installs.discard(input.id)),
    review: install.review.handler(({ input: { draft, ...request } }) => installs.review(request, draft)),
    check: install.check.handler(async ({ input: { draft, ...request } }) => ({
      jobId: await installs.check(request, draft),
    })),
    protectedDisks: install.protectedDisks.handler(({ input }) => installs.protectedDisks(input.id)),
    checked: install.checked.handler(({ input }) => installs.checked(input.jobId)),
    rehearsable: install.rehearsable.handler(({ input: { draft, ...request } }) =>
      installs.rehearsable(request, draft),
    ),
    rehearse: install.rehearse.handler(async ({ input: { draft, ...request } }) => ({
      jobId: await installs.rehearse(request, draft),
    })),
    start: install.start.handler(async ({ input: { draft, confirmation, ...request } }) => ({
      jobId: await installs.start(request, confirmation, draft),
    })),
    usual: install.usual.handler(() => installs.usual()),
    login: install.login.handler(async ({ input }) => ({ argv: [...(await installs.login(input.jobId)).argv] })),
    resumable: install.resumable.handler(({ input }) => installs.resumable(input.jobId)),
    resume: install.resume.handler(async ({ input }) => ({ jobId: await installs.resume(input) })),
    adopt: install.adopt.handler(({ input, signal }) => adoptMachine(input, parts, signal)),
  };
}
