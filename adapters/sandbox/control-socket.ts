// The supervisor's channel where no descriptor can be handed into the box: a unix socket that takes one connection.
import { createServer, type Socket } from 'node:net';
import { converse, type Reports } from './report.ts';

export type ControlSocket = {
  readonly reports: Reports;
  /** The supervisor ends the box when its channel closes; one that has not connected yet never can. */
  close(): Promise<void>;
};

/** `path` lies in a private directory. `order` is one line. */
export const openControl = async (path: string, order: string): Promise<ControlSocket> => {
  const reports: { -readonly [key in keyof Reports]: Reports[key] } = { ready: false, status: undefined };
  let supervisor: Socket | undefined;
  const server = createServer((socket) => {
    // The supervisor is first: it connects before any other program of the box exists.
    supervisor ??= socket;
    if (supervisor !== socket) return socket.destroy();
    server.close();
    converse(socket, order, reports);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    reports,
    close: () =>
      new Promise((closed) => {
        supervisor?.destroy();
        if (!server.listening) return closed();
        server.close(() => closed());
      }),
  };
};
