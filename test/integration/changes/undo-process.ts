import { createRouterClient } from '@orpc/server';
import { createEngine } from '../../../electron/engine/engine.ts';

/**
 * Renames the host `argv[3]` of the fleet at `argv[2]` to `argv[4]` as the window does, and prints the files. When it is
 * sent a line, it undoes the change and prints `undone`.
 */
const [, , path = '', name = '', newName = ''] = process.argv;
await using engine = await createEngine({
  env: process.env,
  surroundings: {
    door: 'cli',
    initialPath: null,
    canChooseFolder: false,
    chooseFolder: () => Promise.resolve(null),
    openExternal: () => Promise.resolve(),
  },
});
const client = createRouterClient(engine.router);
for await (const event of await client.change.plan({ path, change: { kind: 'rename', name, newName } })) {
  if (event.type !== 'planned') continue;
  const { plan } = event;
  if (plan.state !== 'ready') throw new Error(JSON.stringify(plan));
  const { files, undoId } = await client.change.apply({ id: plan.id });
  console.log(JSON.stringify({ files }));
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  await client.change.undo({ undoId });
  console.log('undone');
}
process.stdin.destroy();
