import type { EngineParts } from '../parts.ts';
import { procedures, stream } from './base.ts';

/** `terminal.*`: terminals that are logged in to a machine. */
export function terminalProcedures({
  terminals,
  installs,
}: Pick<EngineParts, 'terminals'> & { readonly installs: Pick<EngineParts['installs'], 'login'> }) {
  const { terminal } = procedures;
  return {
    open: terminal.open.handler(async ({ input: { jobId, ...size }, signal }) => {
      const login = await installs.login(jobId);
      return stream(terminals.open(login, size, signal ?? new AbortController().signal), signal);
    }),
    write: terminal.write.handler(({ input }) => terminals.write(input.id, input.text)),
    resize: terminal.resize.handler(({ input: { id, ...size } }) => terminals.resize(id, size)),
    drawn: terminal.drawn.handler(({ input }) => terminals.drawn(input.id, input.length)),
  };
}
