import { connect, createServer, type Server, type Socket } from 'node:net';

/** Something between client and server that can fail. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  readonly #silent = new WeakSet<Socket>();
  port = 0;
  /** How many connections were made. */
  connections = 0;

  constructor(private readonly target: () => number) {}

  async open(): Promise<void> {
    this.#server = createServer((client) => {
      this.connections += 1;
      const upstream = connect(this.target(), '127.0.0.1');
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          (socket === client ? upstream : client).destroy();
        });
      }
      client.on('data', (data) => void (this.#silent.has(client) || upstream.write(data)));
      upstream.on('data', (data) => void (this.#silent.has(client) || client.write(data)));
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server!.address() as { port: number }).port;
  }

  /** Breaks every connection; new ones work. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The connections there are stay open and nothing comes through them any more, as when a machine vanished. */
  swallow(): void {
    for (const socket of this.#sockets) this.#silent.add(socket);
  }

  /** Nobody answers any more. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => (this.#server === undefined ? resolve(undefined) : this.#server.close(resolve)));
    this.cut();
    await closed;
  }
}
