import { createLab } from '../lab/index.ts';

/** Makes a lab, tells its parent about it and waits to be killed. */
const lab = await createLab({ name: 'maker' });
await lab.up(['alpha']);
const pids = [lab.controller.pid];
process.send?.({ folder: lab.folder, pids });
setInterval(() => {}, 2 ** 30);
