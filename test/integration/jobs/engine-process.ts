import { z } from 'zod';
import { openHome } from '../../../electron/engine/home.ts';
import { TestEngine } from './engine.ts';

/**
 * An engine in a process of its own, to be killed: `engine-process.ts ACTIONS` queues a job of these actions, prints its
 * id and stays.
 */
const engine = new TestEngine(openHome(process.env));
const actions = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(process.argv[2] ?? '[]'));
console.log(await engine.play(actions));
setInterval(() => undefined, 1000);
