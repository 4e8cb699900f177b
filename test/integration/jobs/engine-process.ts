import { openHome } from '../../../electron/engine/home.ts';
import { TestEngine } from './engine.ts';

/**
 * An engine in a process of its own, to be killed: `engine-process.ts ACTIONS` queues a job of these actions, prints its
 * id and stays.
 */
const engine = new TestEngine(openHome(process.env));
console.log(await engine.play(JSON.parse(process.argv[2] ?? '[]')));
setInterval(() => undefined, 1000);
