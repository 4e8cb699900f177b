import { engineAlone } from '../../lab/engine-alone.ts';

/**
 * Renames the host `argv[3]` of the fleet at `argv[2]` to `argv[4]` as the window does, and prints the files. When it is
 * sent a line, it undoes the change and prints `undone`.
 */
const [, , path = '', name = '', newName = ''] = process.argv;
await using engine = await engineAlone();
const { client } = engine;
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
