import { connect, Socket } from 'node:net';

/** Runs in the other network: joins each connection that it is sent to the port there. Ends with who started it. */
const port = Number(process.argv[2]);

process.on('message', (_message, near) => {
  if (!(near instanceof Socket)) return;
  const far = connect({ host: '127.0.0.1', port });
  near.pipe(far).pipe(near);
  for (const end of [near, far]) {
    end.on('error', () => {
      near.destroy();
      far.destroy();
    });
  }
});
process.on('disconnect', () => process.exit());
