import { startApi } from './start-api.js';

/**
 * Serves the API over fakes until it is killed, for trying clients by hand:
 * `tsx --tsconfig tsconfig.json --conditions=@millrace/source src/testing/serve.ts [--finish] [--pages=FOLDER] [--base=/PATH]`.
 * Prints its address on the first line. With `--finish` every run succeeds as soon as it is created.
 */
const valueOf = (name: string) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const api = await startApi({ pagesFolder: valueOf('pages'), basePath: valueOf('base') });
console.log(api.url);
if (process.argv.includes('--finish')) {
  api.database.changes.subscribe((change) => {
    if (change.kind === 'run' && change.op === 'created') setTimeout(() => void api.runs.finish(change.id, 'SUCCEEDED').catch(() => {}), 200);
  });
}
process.on('SIGTERM', () => void api.close().then(() => process.exit(0)));
