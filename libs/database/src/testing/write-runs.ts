// A second process for tests: writes runs into the database at the URL of its first argument, as many as its second says.
import { openDatabase } from '../open-database.js';
import { aRun, aTask, DOCUMENTS } from './builders.js';

const [url, count] = process.argv.slice(2);
const database = await openDatabase({ url: url! });
process.send?.('writing');
for (let index = 0; index < Number(count); index += 1) {
  const run = aRun({ displayName: 'there' });
  await database.runs.create(run, DOCUMENTS, { newTasks: [aTask({ runId: run.id, taskKey: 'a' })] });
}
await database.close();
process.disconnect?.();
