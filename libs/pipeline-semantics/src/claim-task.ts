import type { ExecutorSpec, JsonObject, JsonValue } from '@millrace/pipeline-spec';
import type { Decision, Effect } from './decision.js';
import type { TaskValues } from './run-view.js';

const CREATE = 'argostub/createpvc';
const DELETE = 'argostub/deletepvc';

/** Whether a task makes or deletes a volume claim: the SDK's CreatePVC and DeletePVC are containers that nobody runs. */
export function isClaimTask(executor: ExecutorSpec | undefined): boolean {
  const image = executor?.container?.image;
  return image === CREATE || image === DELETE;
}

/**
 * What CreatePVC and DeletePVC come to.
 *
 * @param given as the scope gives them, before defaults
 * @param reuse whether a claim of a fixed name may be there already
 */
export function decideClaim(options: { readonly path: string; readonly executor: ExecutorSpec; readonly given: TaskValues; readonly inputs: TaskValues; readonly taskId: string; readonly reuse: boolean }): Decision {
  const { path, executor, given, inputs, taskId, reuse } = options;
  const text = (name: string): string => {
    const value = given.parameters[name];
    return typeof value === 'string' ? value : '';
  };
  const done = (effect: Effect, parameters: Readonly<Record<string, JsonValue>>): Decision => ({
    kind: 'effect',
    effect,
    after: { kind: 'import', inputs, outputs: { parameters, artifacts: {} } },
  });
  if (executor.container?.image === DELETE) {
    const name = text('pvc_name');
    return name === '' ? fail(path, 'is given no name of a volume; give `pvc_name` a text') : done({ kind: 'delete-claim', name }, {});
  }
  const fixed = text('pvc_name');
  const suffix = text('pvc_name_suffix');
  if (fixed !== '' && suffix !== '') return fail(path, 'is given both `pvc_name` and `pvc_name_suffix`; give one of them');
  const name = fixed === '' ? `${taskId}${suffix}` : fixed;
  return done({ kind: 'create-claim', name, manifest: manifestOf(given.parameters), reuse: reuse && fixed !== '' }, { name });
}

function manifestOf({ access_modes: accessModes = [], size = '', storage_class_name: storageClass, volume_name: volumeName, annotations, data_source: dataSource }: TaskValues['parameters']): JsonObject {
  return {
    ...(annotations && { metadata: { annotations } }),
    spec: {
      accessModes,
      resources: { requests: { storage: size } },
      // As KFP does: the empty text is a class of its own, and a class is named where none is given.
      storageClassName: storageClass ?? 'standard',
      ...(volumeName && { volumeName }),
      ...(dataSource && { dataSource }),
    },
  };
}

function fail(path: string, what: string): Decision {
  return { kind: 'fail', message: `Task "${path}" ${what}.` };
}
