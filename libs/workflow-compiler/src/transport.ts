import type { Template } from '@millrace/argo';
import type { ExecutionPlan, Layout, RunFacts } from '@millrace/pipeline-semantics';
import type { ComponentSpec, ContainerSpec, JsonObject } from '@millrace/pipeline-spec';
import { transportByObjectStore } from './transport-by-object-store.js';
import { transportInPlace } from './transport-in-place.js';

/** Where one pod's files are as its task sees them; texts may be Argo tags. */
export interface PodPlaces {
  readonly localTaskRoot: string;
  readonly parameterFolder: string;
}

/** What a transport adds to a pod template so that files reach the task and leave it. */
export type PodFiles = Pick<Template, 'archiveLocation'> & {
  /** Where Argo finds what the task says of its outputs, and takes it into the node. Absent: it is read from the task root's objects, of any size. */
  readonly results?: PodPlaces;
  /** Of the main container, where its author says nothing. */
  readonly securityContext?: JsonObject;
  /** Inputs of the template whose values a gate answers. */
  readonly slots: readonly string[];
  readonly volumes: NonNullable<Template['volumes']>;
  readonly volumeMounts: NonNullable<NonNullable<Template['container']>['volumeMounts']>;
  readonly inputArtifacts: NonNullable<NonNullable<Template['inputs']>['artifacts']>;
  readonly outputArtifacts: NonNullable<NonNullable<Template['outputs']>['artifacts']>;
};

/** What a pod is laid out for. */
export interface ContainerTask {
  readonly component: ComponentSpec;
  readonly container: ContainerSpec;
}

/** Takes a value that a template is given as an argument; for what stands in the template in its place. */
export type Give = (slot: string, value: string) => string;

/** Moves files between a pod and where they are kept; one module for each of the layout's transports. */
export interface Transport {
  /** Of the Workflow. @default none */
  readonly podSpecPatch?: string;
  /** The files of a pod whose plan is known when it is laid out; with `give` without what is its own, so that tasks like it have the same. */
  readonly known: (task: ContainerTask, plan: ExecutionPlan, give?: Give) => PodFiles;
  /** The files of a pod that a gate decides. */
  readonly late: (task: ContainerTask) => PodFiles;
  /** The values of the slots of `late`, once the plan is known. */
  readonly answer: (component: ComponentSpec, plan: ExecutionPlan) => Readonly<Record<string, string>>;
}

export function transportOf(layout: Layout, run: Pick<RunFacts, 'artifactRoot'>): Transport {
  switch (layout.transport) {
    case 'in-place':
      return transportInPlace(layout);
    case 'object-store':
      return transportByObjectStore(layout, run);
  }
}
