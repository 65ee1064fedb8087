// A service for tests, in which something fails that nobody waits for: a listener that is missing (`event`), or a promise (`promise`) whose error has the SQL state of the second argument.
import { EventEmitter } from 'node:events';
import { runService } from '../run-service.js';

const [kind, sqlState] = process.argv.slice(2);

await runService({ name: 'unlucky', settings: {} }, async () => {
  const error = Object.assign(new Error(`bad luck with a ${kind}`), { sqlState });
  setTimeout(() => (kind === 'event' ? void new EventEmitter().emit('error', error) : void Promise.reject(error)), 50);
  setTimeout(() => process.kill(process.pid, 'SIGTERM'), 300);
});
