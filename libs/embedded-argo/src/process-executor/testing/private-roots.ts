import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBench } from './executor-bench.js';
import type { TestPython } from './python-environment.js';

/** Whether this machine can give a task folders of its own; says so loudly when it cannot. */
export async function canMakePrivateRoots(found: TestPython): Promise<boolean> {
  if ('skip' in found) return false;
  const can = process.platform === 'linux' && (await probe(found.python));
  if (!can) console.warn('SKIPPED, tests of private folders: this machine cannot make them');
  return can;
}

async function probe(python: Extract<TestPython, { readonly python: unknown }>['python']): Promise<boolean> {
  const bench = await openBench({ python });
  writeFileSync(join(bench.folder, 'seen-from-here'), '');
  await bench.start({ id: 'probe/one', command: ['sh', '-c', 'pwd > /tmp/millrace-probe-of-a-test; ls /tmp'] });
  const log = bench.log('probe/one');
  await bench.close();
  return log.includes('millrace-probe-of-a-test') && !log.includes('vitest');
}
