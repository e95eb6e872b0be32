// Carries TCP connections on the loopback interface to a unix socket. No imports of ours: a box runs this file as it is.
import { connect, createServer, type Server, type Socket } from 'node:net';

export type Bridge = { port: number; close(): Promise<void> };

const join = (inner: Socket, outer: Socket) => {
  inner.pipe(outer);
  outer.pipe(inner);
  // One side failing ends both; the program on either end sees a closed connection and reports it itself.
  inner.on('error', () => outer.destroy());
  outer.on('error', () => inner.destroy());
  inner.on('close', () => outer.destroy());
  outer.on('close', () => inner.destroy());
};

/** `port` 0 takes any free one. */
export const openBridge = (socketPath: string, port: number): Promise<Bridge> => {
  const open = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (inner) => {
    open.add(inner);
    inner.on('close', () => open.delete(inner));
    join(inner, connect({ path: socketPath, allowHalfOpen: true }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('The bridge has no TCP port.'));
      resolve({
        port: address.port,
        close: () =>
          new Promise((closed) => {
            for (const socket of open) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
};
