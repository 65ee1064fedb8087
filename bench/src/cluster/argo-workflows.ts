import { randomBytes } from 'node:crypto';
import type { DAGTask, Template, Workflow } from '@millrace/argo';
import { HARDENED } from '@millrace/pipeline-semantics';
import { ADD, itemsOf, nameOfShape, STEP, stepBefore, steps, type Placement } from './step-pipelines.js';

export interface PlainShape {
  readonly form: 'chain' | 'wide' | 'fan' | 'grid' | 'loop';
  readonly tasks: number;
  /** Of a grid. @default 10 */
  readonly chains?: number;
  readonly image: string;
  readonly placement?: Placement | undefined;
  /** Each task takes the number of the one before it, or of its place, and gives another. */
  readonly handOn?: boolean;
  /** Argo keeps the log of each pod, as it does where KFP has set it up and as Millrace always has it. */
  readonly keepLogs?: boolean;
}

const [command, ...args] = STEP;
const nameOf = (index: number): string => `step-${index + 1}`;

/** The same containers in the same order as Argo alone runs them, with what Millrace takes away from a container's rights, and with values handed on in its own way. */
export function plainWorkflow(shape: PlainShape): Workflow {
  if (shape.form === 'loop') return workflow(shape, [{ name: 'root', dag: { failFast: false, tasks: [loopOf(shape)] } }, adding(shape.image)]);
  const tasks = steps(shape.form, shape.tasks).map((index): DAGTask => ({ name: nameOf(index), template: 'step', ...after(shape, index), ...(shape.handOn === true && { arguments: { parameters: [{ name: 'number', value: numberFor(shape, index) }] } }) }));
  return workflow(shape, [{ name: 'root', dag: { failFast: false, tasks } }, shape.handOn === true ? adding(shape.image) : { name: 'step', container: { image: shape.image, command: [command], args: [...args], securityContext: HARDENED } }]);
}

function loopOf({ tasks }: PlainShape): DAGTask {
  return { name: 'loop', template: 'step', withItems: itemsOf(tasks), arguments: { parameters: [{ name: 'number', value: '{{item}}' }] } } as DAGTask;
}

const OUTPUT_FILE = '/tmp/kfp/outputs/Output';

function adding(image: string): Template {
  const [program, ...script] = ADD;
  return {
    name: 'step',
    inputs: { parameters: [{ name: 'number' }] },
    container: { image, command: [program, ...script], args: ['{{inputs.parameters.number}}', OUTPUT_FILE], securityContext: HARDENED },
    outputs: { parameters: [{ name: 'Output', valueFrom: { path: OUTPUT_FILE } }] },
  };
}

function numberFor(shape: PlainShape, index: number): string {
  const before = stepBefore(shape.form, index, shape.chains);
  return before === undefined ? String(index) : `{{tasks.${nameOf(before)}.outputs.parameters.Output}}`;
}

/** As much as a launcher binary has that upstream copies into each pod. */
const LAUNCHER_MIB = 123;

/**
 * The same containers laid out as KFP's compiler does: a driver pod for the run, one before each task, and each task in a DAG of its own with an init container that
 * brings the launcher. Its drivers write a line and end: they ask nobody and store nothing, so that this is a lower bound.
 */
export function upstreamLikeWorkflow(shape: PlainShape): Workflow {
  const { image } = shape;
  const driver = (name: string): Template => ({
    name,
    container: { image, command: ['sh', '-c'], args: ["echo '{}' > /tmp/patch && echo false > /tmp/cached"] },
    outputs: { parameters: [{ name: 'pod-spec-patch', valueFrom: { path: '/tmp/patch' } }, { name: 'cached-decision', valueFrom: { path: '/tmp/cached' } }] },
  });
  const tasks = steps(shape.form, shape.tasks).map((index): DAGTask[] => {
    const name = nameOf(index);
    const given = ['pod-spec-patch', 'cached-decision'].map((output) => ({ name: output, value: `{{tasks.${name}-driver.outputs.parameters.${output}}}` }));
    return [
      { name: `${name}-driver`, template: 'container-driver', ...after(shape, index) },
      { name, template: 'container-executor', depends: `${name}-driver.Succeeded`, arguments: { parameters: given } },
    ];
  }).flat();
  const inputs = { parameters: [{ name: 'pod-spec-patch' }, { name: 'cached-decision' }] };
  const handed = { parameters: [{ name: 'pod-spec-patch', value: '{{inputs.parameters.pod-spec-patch}}' }] };
  return workflow(shape, [
    { name: 'root', dag: { tasks: [{ name: 'root-driver', template: 'dag-driver' }, { name: 'root', template: 'tasks', depends: 'root-driver.Succeeded' }] } },
    { name: 'tasks', dag: { tasks } },
    driver('dag-driver'),
    driver('container-driver'),
    { name: 'container-executor', inputs, dag: { tasks: [{ name: 'executor', template: 'container-impl', when: '{{inputs.parameters.cached-decision}} != true', arguments: handed }] } },
    {
      name: 'container-impl',
      inputs: { parameters: [{ name: 'pod-spec-patch' }] },
      podSpecPatch: '{{inputs.parameters.pod-spec-patch}}',
      initContainers: [{ name: 'launcher', image, command: ['sh', '-c', `dd if=/dev/zero of=/launcher/program bs=1M count=${LAUNCHER_MIB}`], volumeMounts: [{ name: 'launcher', mountPath: '/launcher' }] }],
      volumes: [{ name: 'launcher', emptyDir: {} }],
      container: { image, command: [command], args: [...args], volumeMounts: [{ name: 'launcher', mountPath: '/launcher' }] },
    } as Template,
  ]);
}

function after(shape: PlainShape, index: number): Pick<DAGTask, 'depends'> {
  const before = stepBefore(shape.form, index, shape.chains);
  return before === undefined ? {} : { depends: `${nameOf(before)}.Succeeded` };
}

function workflow(shape: PlainShape, templates: Template[]): Workflow {
  const { placement } = shape;
  const placed = placement && { nodeSelector: { ...placement.nodeSelector }, tolerations: [{ ...placement.toleration, operator: 'Equal' }] };
  const name = `${nameOfShape(shape)}-${randomBytes(5).toString('hex')}`;
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name }, spec: { entrypoint: 'root', serviceAccountName: 'pipeline-runner', archiveLogs: shape.keepLogs === true, ...placed, templates } } as Workflow;
}
