import { connect, type Socket } from 'node:net';
import type { AttemptExit, Mount } from '../executor.js';
import type { Launch } from './recognise-command.js';

/** What a supervisor needs to start an attempt. */
export interface Job {
  readonly id: string;
  /** The attempt's folder, which exists. */
  readonly folder: string;
  /** The folder was made for this request: nothing of an earlier try is in it. @default false */
  readonly fresh?: boolean;
  readonly argv: readonly string[];
  /** How the interpreter can run it without starting another one; `argv` says the same. */
  readonly launch?: Launch;
  readonly env: Readonly<Record<string, string>>;
  /** Where programs are looked for, after the environment's own. */
  readonly path: string;
  readonly workingDir?: string;
  readonly mounts: readonly Mount[];
  /** Folders that stay reachable although the task has a /tmp of its own. */
  readonly visible: readonly string[];
  readonly deadlineMs?: number;
  /** The first line of its log, in front of its own. */
  readonly notice?: string;
}

export type SupervisorEvent =
  | { readonly event: 'hello'; readonly protocol: number; readonly noPrivateRoot: string | null; readonly live: readonly { id: string; startedAt: number }[] }
  | { readonly event: 'running'; readonly id: string; readonly startedAt: number }
  | { readonly event: 'exit'; readonly id: string; readonly exit: AttemptExit }
  | { readonly event: 'failed'; readonly id: string; readonly message: string; /** As Node names errors of the system. */ readonly code?: string | null };

/** A connection to one supervisor. Each message arrives once and in order; nothing is sent again. */
export interface SupervisorConnection {
  /** Live attempts at the time of connecting, and why tasks have no private root here (null when they have). */
  readonly hello: Extract<SupervisorEvent, { event: 'hello' }>;
  send(message: ({ op: 'start' } & Job) | { op: 'kill'; id: string; graceMs: number } | { op: 'shutdown'; graceMs: number }): void;
  /** Leaves; attempts go on. */
  disconnect(): void;
}

export interface ConnectionHandlers {
  onEvent(event: SupervisorEvent): void;
  onClose(): void;
}

/** Rejects when nobody listens or the other side speaks another protocol. */
export async function connectToSupervisor(socketPath: string, handlers: ConnectionHandlers): Promise<SupervisorConnection> {
  const socket = connect(socketPath);
  const hello = await new Promise<SupervisorConnection['hello']>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the supervisor hung up')));
    socket.once('connect', () => socket.write('{"op":"hello"}\n'));
    readLines(socket, (event) => {
      if (event.event === 'hello') resolve(event);
      else handlers.onEvent(event);
    });
  });
  if (hello.protocol !== 1) {
    socket.destroy();
    throw new Error(`the supervisor speaks protocol ${hello.protocol}`);
  }
  socket.on('error', () => undefined);
  socket.on('close', () => handlers.onClose());
  return {
    hello,
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    disconnect: () => socket.end(),
  };
}

function readLines(socket: Socket, onEvent: (event: SupervisorEvent) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop()!;
    for (const line of lines) onEvent(JSON.parse(line) as SupervisorEvent);
  });
}
