import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWorkflowCompleted, type NodeStatus, type Template, type Workflow, type WorkflowSpec } from '@millrace/argo';
import { openEmbeddedArgo, type EmbeddedArgo } from './open-embedded-argo.js';
import { attemptFolder } from './attempts/attempt-folder.js';
import { createProcessExecutor } from './process-executor/create-process-executor.js';
import { canMakePrivateRoots } from './process-executor/testing/private-roots.js';
import { ENVIRONMENT_FOLDER, preparePython } from './process-executor/testing/python-environment.js';
import { aDag, aPod } from './testing/workflow-builder.js';

const found = await preparePython();

/** How SDK 1.8 packs a Python function: a shell writes its source to a file and hands it the arguments. */
const pythonFunction = (name: string, source: string, args: string[], rest: Partial<Template> = {}): Template =>
  aPod(name, { container: { image: 'python:3.7', command: ['sh', '-ec', 'program_path=$(mktemp)\nprintf "%s" "$0" > "$program_path"\npython3 -u "$program_path" "$@"\n', source], args }, ...rest });

const WRITE = 'import os, sys, time\nvalue, path = sys.argv[1:]\nos.makedirs(os.path.dirname(path), exist_ok=True)\nopen(path, "w").write(value)\ntime.sleep(0.2)\nassert open(path).read() == value, "somebody else wrote here"\n';
const OUTPUT = '/tmp/outputs/Output/data';

// Components of that SDK have fixed paths in their scripts.
describe.skipIf(!(await canMakePrivateRoots(found)))('what the 1.x SDK compiles, run by processes', () => {
  let folder: string;
  let argo: EmbeddedArgo;
  let count = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-first-sdk-'));
    argo = await openEmbeddedArgo({
      folder: join(folder, 'engine'),
      artifacts: { folder: join(folder, 'artifacts'), keyFormat: 'runs/{{workflow.labels.run}}/{{pod.name}}' },
      maxParallelTasks: 10,
      executor: (listener) =>
        createProcessExecutor({
          folder: join(folder, 'attempts'), visible: [folder], listener, environmentFolders: [ENVIRONMENT_FOLDER], hostEnvironment: process.env,
          log: { info: () => undefined, warn: () => undefined }, resolveAttempt: () => undefined, ...('python' in found && { python: found.python }),
        }),
    });
  });
  afterAll(async () => {
    await argo.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Finished {
    readonly phase: string | undefined;
    readonly nodes: Readonly<Record<string, NodeStatus>>;
    log(name: string): string;
    artifact(node: string, name: string): string;
  }

  async function run(templates: readonly Template[], spec: Partial<WorkflowSpec> = {}): Promise<Finished> {
    const name = `wf${(count += 1)}`;
    const workflow: Workflow = { metadata: { namespace: 'ns', name, labels: { run: `r${count}` } }, spec: { entrypoint: templates[0]!.name, templates: [...templates], ...spec } };
    const { metadata } = await argo.store.create('Workflow', workflow);
    for (;;) {
      const { status } = (await argo.store.get('Workflow', { namespace: 'ns', name })) as Workflow;
      if (!isWorkflowCompleted(status?.phase)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      const nodes = Object.fromEntries(Object.values(status!.nodes!).map((node) => [node.name.slice(name.length + 1), node]));
      return {
        phase: status!.phase,
        nodes,
        log: (node) => readFileSync(join(attemptFolder(join(folder, 'attempts'), `${metadata.uid}/${nodes[node]!.id}`), 'log'), 'utf8'),
        artifact: (node, wanted) => execFileSync('tar', ['-xzOf', join(folder, 'artifacts', nodes[node]!.outputs!.artifacts!.find((artifact) => artifact.name === wanted)!.s3!.key!)], { encoding: 'utf8' }),
      };
    }
  }

  it('ten parallel tasks of one component do not meet, though their paths are the same', async () => {
    const write = pythonFunction('write', WRITE, ['{{inputs.parameters.v}}', OUTPUT], {
      inputs: { parameters: [{ name: 'v' }] },
      outputs: { parameters: [{ name: 'write-Output', valueFrom: { path: OUTPUT } }], artifacts: [{ name: 'write-Output', path: OUTPUT }] },
    });
    const items = Array.from({ length: 10 }, (_, index) => `value ${index}`);
    const task = { name: 'for', template: 'write', withItems: items as never, arguments: { parameters: [{ name: 'v', value: '{{item}}' }] } };
    const { phase, nodes, artifact } = await run([aDag('root', [task]), write]);
    expect(phase).toBe('Succeeded');
    items.forEach((value, index) => {
      const name = `for(${index}:${value})`;
      expect(nodes[name]!.outputs!.parameters![0]!.value).toBe(value);
      expect(artifact(name, 'write-Output')).toBe(value);
    });
    expect(nodes['for(0:value 0)']!.outputs!.artifacts![0]!.s3!.key).toMatch(/^runs\/r\d+\/wf\d+-write-\d+\/write-Output\.tgz$/);
  });

  it('files go from component to component by their fixed paths, text of the workflow too', async () => {
    const read = pythonFunction('read', 'import sys\nprint("read", open(sys.argv[1]).read(), open(sys.argv[2]).read())', ['/tmp/inputs/a/data', '/tmp/inputs/b/data'], {
      inputs: { artifacts: [{ name: 'a', path: '/tmp/inputs/a/data' }, { name: 'b', path: '/tmp/inputs/b/data', raw: { data: 'constant {{workflow.name}}' } }] },
    });
    const write = pythonFunction('write', WRITE, ['hello', OUTPUT], { outputs: { artifacts: [{ name: 'out', path: OUTPUT }] } });
    const tasks = [{ name: 'write', template: 'write' }, { name: 'read', template: 'read', dependencies: ['write'], arguments: { artifacts: [{ name: 'a', from: '{{tasks.write.outputs.artifacts.out}}' }] } }];
    const { phase, log } = await run([aDag('root', tasks), write, read]);
    expect(phase).toBe('Succeeded');
    expect(log('read')).toMatch(/^read hello constant wf\d+\n$/);
  });

  it('ContainerOp leaves its outputs anywhere, in the root and in folders that do not exist', async () => {
    const script = 'echo -n top > /output.txt; echo -n deep > /absent/folder/out; mkdir -p /tmp/dir/x; echo 1 > /tmp/dir/x/y; echo "{}" > /mlpipeline-metrics.json';
    const op = aPod('op', {
      container: { image: 'library/bash:4.4.23', command: ['sh', '-c'], args: [script] },
      outputs: {
        parameters: [{ name: 'top', valueFrom: { path: '/output.txt' } }, { name: 'deep', valueFrom: { path: '/absent/folder/out' } }],
        artifacts: [{ name: 'dir', path: '/tmp/dir' }, { name: 'mlpipeline-metrics', path: '/mlpipeline-metrics.json', optional: true }, { name: 'mlpipeline-ui-metadata', path: '/mlpipeline-ui-metadata.json', optional: true }],
      },
    });
    const { phase, nodes, artifact } = await run([aDag('root', [{ name: 'op', template: 'op' }]), op]);
    expect(phase).toBe('Succeeded');
    expect(nodes['op']!.outputs!.parameters!.map(({ value }) => value)).toEqual(['top', 'deep']);
    expect(nodes['op']!.outputs!.artifacts!.map(({ name }) => name)).toEqual(['dir', 'mlpipeline-metrics']);
    expect(artifact('op', 'dir')).toBe('1\n');
    expect(artifact('op', 'mlpipeline-metrics')).toBe('{}\n');
  });

  it('a script\'s result is what it prints, not what it complains', async () => {
    const script: Template = { name: 's', script: { image: 'python', command: ['python3'], source: 'import sys\nprint("complaint", file=sys.stderr)\nprint(6 * 7)\n' } };
    const echo = aPod('e', { inputs: { parameters: [{ name: 'v' }] }, container: { image: 'x', command: ['echo', '<{{inputs.parameters.v}}>'] } });
    const tasks = [{ name: 's', template: 's' }, { name: 'e', template: 'e', dependencies: ['s'], arguments: { parameters: [{ name: 'v', value: '{{tasks.s.outputs.result}}' }] } }];
    const { phase, log, nodes } = await run([aDag('root', tasks), script, echo]);
    expect(phase).toBe('Succeeded');
    expect(nodes['s']!.outputs!.result).toBe('42');
    expect(log('e')).toBe('<42>\n');
  });

  it('a volume is a folder that tasks share, from VolumeOp to its deletion', async () => {
    const make: Template = { name: 'make', resource: { action: 'create', manifest: "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: '{{workflow.name}}-v'\nspec: {}\n" }, outputs: { parameters: [{ name: 'name', valueFrom: { jsonPath: '{.metadata.name}' } }] } };
    const inside = (name: string, script: string): Template => aPod(name, {
      inputs: { parameters: [{ name: 'v' }] }, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: '{{inputs.parameters.v}}' } }],
      container: { image: 'x', command: ['sh', '-c', script], volumeMounts: [{ name: 'v', mountPath: '/mnt/shared' }] },
    });
    const drop = aPod('drop', { inputs: { parameters: [{ name: 'v' }] }, container: { image: 'kubectl', command: ['kubectl', 'delete', 'PersistentVolumeClaim', '{{inputs.parameters.v}}', '--ignore-not-found', '--output', 'name', '--wait=false'] } });
    const chain = ['put', 'get', 'drop'].map((name, index, all) => ({ name, template: name, dependencies: ['make', ...all.slice(Math.max(0, index - 1), index)], arguments: { parameters: [{ name: 'v', value: '{{tasks.make.outputs.parameters.name}}' }] } }));
    const { phase, log } = await run([aDag('root', [{ name: 'make', template: 'make' }, ...chain]), make, inside('put', 'echo kept > /mnt/shared/file'), inside('get', 'cat /mnt/shared/file'), drop]);
    expect(phase).toBe('Succeeded');
    expect(log('get')).toBe('kept\n');
  });

  it('a recursive loop ends when its condition says so', async () => {
    const inputs = { parameters: [{ name: 'n' }] };
    const increment = pythonFunction('add', 'import os, sys\nos.makedirs(os.path.dirname(sys.argv[2]), exist_ok=True)\nopen(sys.argv[2], "w").write(str(float(sys.argv[1]) + 1))', ['{{inputs.parameters.n}}', OUTPUT], { inputs, outputs: { parameters: [{ name: 'o', valueFrom: { path: OUTPUT } }] } });
    const take = (value: string) => ({ parameters: [{ name: 'n', value }] });
    const loop = aDag('loop', [
      { name: 'add', template: 'add', arguments: take('{{inputs.parameters.n}}') },
      { name: 'again', template: 'loop', dependencies: ['add'], when: '{{tasks.add.outputs.parameters.o}} < 3', arguments: take('{{tasks.add.outputs.parameters.o}}') },
    ], { inputs });
    const { phase, nodes } = await run([aDag('root', [{ name: 'loop', template: 'loop', arguments: take('0') }]), loop, increment]);
    expect(phase).toBe('Succeeded');
    expect(Object.values(nodes).filter(({ type }) => type === 'Pod')).toHaveLength(3);
    expect(nodes['loop.again.again.again']).toMatchObject({ phase: 'Skipped', message: "when '3.0 < 3' evaluated false" });
  });
});
