import { expect, it } from 'vitest';
import { runCommand } from '../../build/checks/run-command.ts';

it('a check whose tool is ended by a signal says so, and is no success', async () => {
  const { exitCode, output } = await runCommand(['sh', '-c', 'echo before; kill -TERM $$']);
  expect(exitCode).toBeNull();
  expect(output).toContain('before');
  expect(output).toContain('was ended by SIGTERM');
});

it('a check sees what its tool says on both streams, and its exit status', async () => {
  expect(await runCommand(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({
    exitCode: 3,
    output: expect.stringMatching(/out[^]*err|err[^]*out/),
  });
});
