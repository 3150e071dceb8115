import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';

const address = z.object({ port: z.number() });

/** A way to a port of this machine that a test takes away. */
export class CutLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async open(port: number): Promise<CutLink> {
    const link = new CutLink(port);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
  }

  get port(): number {
    return address.parse(this.#server.address()).port;
  }

  /** From now on no answer comes over what is open, and what is under way here is sent before it ends. */
  cut(): void {
    const open = [...this.#sockets];
    for (const socket of open) socket.unpipe();
    setImmediate(() => open.forEach((socket) => socket.destroy()));
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
