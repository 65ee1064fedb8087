// A service for tests, in which nobody listens to the errors that it emits: those whose codes are its arguments, one after another.
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { runService } from '../run-service.js';

await runService({ name: 'unlucky', settings: {} }, async () => {
  void (async () => {
    for (const code of process.argv.slice(2)) {
      await sleep(50);
      setImmediate(() => new EventEmitter().emit('error', Object.assign(new Error(`an error with ${code}`), { code })));
    }
    await sleep(200);
    process.kill(process.pid, 'SIGTERM');
  })();
});
