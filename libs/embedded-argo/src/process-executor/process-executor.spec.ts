import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { componentArgs, componentCommand, INSTALL_SDK } from './testing/component-command.js';
import { type Bench, openBench } from './testing/executor-bench.js';
import { preparePython } from './testing/python-environment.js';

const found = await preparePython();

describe.skipIf('skip' in found)('the process executor', () => {
  let bench: Bench;
  let outputs: string;
  beforeAll(async () => {
    outputs = mkdtempSync(join(tmpdir(), 'millrace-outputs-'));
    bench = await openBench({ ...('python' in found && { python: found.python }), visible: [outputs] });
  });
  afterAll(async () => {
    await bench.close();
    rmSync(outputs, { recursive: true, force: true });
  });

  it('runs a lightweight component with the preamble of the SDK and no shell', async () => {
    const id = 'hello/one';
    const exit = await bench.start({
      id,
      command: componentCommand('def add(a: int, b: int) -> int:\n    print("adding")\n    return a + b', INSTALL_SDK),
      args: componentArgs('add', outputs, { a: 1, b: 2 }, { Output: '/tmp/kfp/outputs/Output' }),
    });
    expect(bench.log(id)).toContain('adding');
    expect(exit).toMatchObject({ reason: 'exited', exitCode: 0 });
    expect(JSON.parse(readFileSync(join(outputs, 'output_metadata.json'), 'utf8'))).toMatchObject({ parameterValues: { Output: 3 } });
  });
});
