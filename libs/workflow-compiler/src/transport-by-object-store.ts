import type { ArtifactLocation, Artifact } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { downloadsOf, HARDENED, MAX_LIST_FOLDERS, pathOfUri, usesTaskRoot, type Download, type Layout, type ObjectLocation, type ObjectStoreAccess, type RunFacts } from '@millrace/pipeline-semantics';
import { makesOutputs, type ComponentSpec } from '@millrace/pipeline-spec';
import { parameterNamePart } from './names.js';
import { patchOfAllPods } from './pod-patch.js';
import type { ContainerTask, Give, PodFiles, Transport } from './transport.js';

export type ObjectLayout = Extract<Layout, { readonly transport: 'object-store' }>;

/** Stands for the bucket of what is not brought; no bucket can be called so. */
export const NOTHING = '.nothing';
/** In the task root in the store, where parameters of any size are left. */
export const PARAMETERS = '.parameters';
/** Argo's executor makes what it downloads readable for itself alone, and the task may be another user. */
const EVERYBODY = 0o777;

/**
 * A cluster: Argo's executor brings a pod's input artifacts and takes the whole task root away, so that every file is where the executor input
 * promises. A pod that a gate decides gets bucket and key of each input from the gate; an input that is not there has no key and is left out.
 * Argo mounts each input by itself: what it brings to a volume of the pod's lies in folders that only its own user may enter.
 */
export function transportByObjectStore(layout: ObjectLayout, run: Pick<RunFacts, 'artifactRoot'>): Transport {
  const root = locate(layout, run.artifactRoot);
  /** Folders for what a task leaves: none for one that leaves nothing. */
  const foldersOf = ({ component, container }: ContainerTask, taskRootKey: () => string) => {
    const has = { root: usesTaskRoot(component, container), parameters: Object.keys(component.outputDefinitions?.parameters ?? {}).length > 0 };
    if (!has.root && !has.parameters) return [];
    const key = taskRootKey();
    const localTaskRoot = mountPathOf({ ...root, key });
    // A volume each: parts of one are mounted by the kubelet with a process a mount, ten of them a pod, for which it took half as long as for all the rest of a pod.
    return [
      ...(has.root ? [{ name: 'task-root', path: localTaskRoot, key }] : []),
      ...(has.parameters ? [{ name: 'task-parameters', path: layout.parameterFolder(localTaskRoot), key: `${key}/${PARAMETERS}` }] : []),
    ];
  };
  const files = (task: ContainerTask, taskRootKey: () => string, inputs: readonly Artifact[], slots: readonly string[]): PodFiles => {
    const taken = foldersOf(task, taskRootKey);
    return {
      securityContext: HARDENED,
      slots,
      volumes: taken.map(({ name }) => ({ name: `millrace-${name}`, emptyDir: {} })),
      volumeMounts: taken.map(({ name, path }) => ({ name: `millrace-${name}`, mountPath: path })),
      inputArtifacts: [...inputs],
      // The rest of its location is that of the logs. What a task without outputs writes is nobody's.
      outputArtifacts: (makesOutputs(task.component) ? taken : []).map(({ name, path, key }) => ({ name, path, optional: true, archive: { none: {} }, s3: { key } })),
      archiveLocation: logsIn(root),
    };
  };

  return {
    podSpecPatch: patchOfAllPods(layout),
    known(task, plan, give) {
      const own: Give = give ?? ((_slot, value) => value);
      // Two inputs may be given the same artifact, and a pod has one mount at a path.
      const paths = new Set<string>();
      const inputs = Object.entries(downloadsNeeded(plan.path, plan.inputs, layout)).flatMap(([input, found]) =>
        found.flatMap((download, index) => {
          const mountPath = mountPathOf(download);
          if (paths.has(mountPath)) return [];
          paths.add(mountPath);
          const name = `${parameterNamePart(input)}-${index}`;
          const brought = { store: download.store, bucket: own(`bucket-${name}`, download.bucket), key: own(`key-${name}`, download.key) };
          return [inputArtifact(name, brought.store, brought.bucket, brought.key, mountPathOf(brought))];
        }),
      );
      return files(task, () => own('root', locate(layout, plan.taskRoot).key), inputs, []);
    },
    late(task) {
      const inputs = lateInputs(task.component, layout);
      const tag = (slot: string) => `{{inputs.parameters.${slot}}}`;
      return files(
        task,
        () => tag('root'),
        inputs.map(({ name, service, bucket, key, mount }) => {
          const folder = mount === undefined ? mountOf(service.stores[0]!.scheme) : tag(mount);
          return inputArtifact(name, service.stores[0]!, tag(bucket), tag(key), `${folder}/${tag(bucket)}/${tag(key)}`);
        }),
        // Also where it is of no use: it is what gates have always answered, and a gate may be answered by another version than has laid it out.
        ['root', ...inputs.flatMap(({ bucket, key, mount }) => [bucket, key, ...(mount === undefined ? [] : [mount])])],
      );
    },
    answer(component, plan) {
      const downloads = downloadsNeeded(plan.path, plan.inputs, layout);
      const slots: Record<string, string> = { root: locate(layout, plan.taskRoot).key };
      const paths = new Set<string>();
      for (const { input, index, service, name, bucket, key, mount } of lateInputs(component, layout)) {
        const download = downloads[input]?.[index];
        const isBrought = download !== undefined && service.stores.includes(download.store) && !paths.has(mountPathOf(download));
        if (mount !== undefined) slots[mount] = mountOf((isBrought ? download.store : service.stores[0]!).scheme);
        if (isBrought) paths.add(mountPathOf(download));
        // Without a key nothing is brought, but Argo mounts all the same: at a path that no other has.
        slots[bucket] = isBrought ? download.bucket : `${NOTHING}/${name}`;
        slots[key] = isBrought ? download.key : '';
      }
      return slots;
    },
  };
}

interface LateInput {
  readonly input: string;
  /** Place in the list of what is brought for this input. */
  readonly index: number;
  readonly service: Service;
  readonly name: string;
  /** Slots. */
  readonly bucket: string;
  readonly key: string;
  /** Of the folder that the scheme is mounted as, where the service has several. */
  readonly mount?: string;
}

/** What Argo is told of a store: the same for the schemes of one service. */
interface Service {
  readonly stores: readonly ObjectStoreAccess[];
}

export function servicesOf({ stores }: ObjectLayout): Service[] {
  const byAccess = Map.groupBy(stores, ({ endpoint, tls, region, secret }) => JSON.stringify([endpoint, tls, region, secret]));
  return [...byAccess.values()].map((same) => ({ stores: same }));
}

/**
 * What may have to be brought to a task, before it is known what it is: from each service, because how one is reached cannot be answered. Each is a mount of
 * the pod, whether something is brought or not.
 */
function lateInputs(component: ComponentSpec, layout: ObjectLayout): LateInput[] {
  return Object.entries(component.inputDefinitions?.artifacts ?? {}).flatMap(([input, { isArtifactList }]) =>
    Array.from({ length: isArtifactList === true ? MAX_LIST_FOLDERS : 1 }, (_, index) => index).flatMap((index) =>
      servicesOf(layout).map((service, number) => {
        const name = `${parameterNamePart(input)}-${index}-${number}`;
        return { input, index, service, name, bucket: `bucket-${name}`, key: `key-${name}`, ...(service.stores.length > 1 && { mount: `mount-${name}` }) };
      }),
    ),
  );
}

/** Whether they can be brought was decided before anything was laid out. */
function downloadsNeeded(path: string, inputs: Parameters<typeof downloadsOf>[1], layout: ObjectLayout): Readonly<Record<string, readonly Download[]>> {
  const downloads = downloadsOf(path, inputs, layout);
  if (downloads.kind === 'problem') throw new PipelineError('INTERNAL', downloads.message);
  return downloads.byInput;
}

/** Where the log of a pod goes, below the run's root. */
export function logsIn({ store, bucket, key }: ObjectLocation): ArtifactLocation {
  return { archiveLogs: true, ...locationOf(store, bucket, `${key}/.logs/{{pod.name}}`) };
}

/** Something that is brought before a pod's task begins, for every user; nothing where it is not there. */
export function inputArtifact(name: string, store: ObjectStoreAccess, bucket: string, key: string, path: string): Artifact {
  return { name, path, optional: true, archive: { none: {} }, mode: EVERYBODY, recurseMode: true, ...locationOf(store, bucket, key) };
}

function locationOf({ endpoint, tls, region, secret }: ObjectStoreAccess, bucket: string, key: string): Pick<ArtifactLocation, 's3'> {
  const keys = secret && {
    accessKeySecret: { name: secret.name, key: secret.accessKeyKey },
    secretKeySecret: { name: secret.name, key: secret.secretKeyKey },
  };
  return { s3: { endpoint, insecure: !tls, region, bucket, key, ...(keys ?? { useSDKCreds: true }) } };
}

const mountOf = (scheme: string): string => pathOfUri(`${scheme}://`).replace(/\/$/, '');

/** Where a task finds what is there; texts may be Argo tags. Addresses that differ by a slash at their end are one place. */
function mountPathOf({ store, bucket, key }: ObjectLocation): string {
  return `${mountOf(store.scheme)}/${bucket}/${key}`;
}

export function locate(layout: ObjectLayout, uri: string): ObjectLocation {
  const location = layout.locateObject(uri);
  if (!location) throw new PipelineError('INVALID_ARGUMENT', `The folder "${uri}" of the run's artifacts is in no store of this installation; choose another pipeline root.`);
  return location;
}
