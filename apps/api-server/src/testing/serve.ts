import { startApi } from './start-api.js';

/**
 * Serves the API over fakes until it is killed, for trying clients by hand: `tsx --conditions=@millrace/source src/testing/serve.ts`.
 * Prints its address on the first line. With `--finish` every run succeeds as soon as it is created.
 */
const pagesFolder = process.argv.find((argument) => argument.startsWith('--pages='))?.slice('--pages='.length);
const api = await startApi({ pagesFolder });
console.log(api.url);
if (process.argv.includes('--finish')) {
  api.database.changes.subscribe((change) => {
    if (change.kind === 'run' && change.op === 'created') setTimeout(() => void api.runs.finish(change.id, 'SUCCEEDED').catch(() => {}), 200);
  });
}
process.on('SIGTERM', () => void api.close().then(() => process.exit(0)));
