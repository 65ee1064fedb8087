import { PipelineError } from '@millrace/errors';
import type { Template } from '@millrace/argo';
import type { Layout } from '@millrace/pipeline-semantics';
import { transportInPlace } from './transport-in-place.js';

/** Where one pod's files are; texts may be Argo tags. */
export interface PodPlaces {
  readonly localTaskRoot: string;
  readonly parameterFolder: string;
}

/** What a transport adds to a pod template so that files reach the task and leave it. */
export type PodFiles = Pick<Template, 'volumes' | 'archiveLocation'> & {
  readonly volumeMounts: NonNullable<NonNullable<Template['container']>['volumeMounts']>;
  readonly inputArtifacts: NonNullable<NonNullable<Template['inputs']>['artifacts']>;
  readonly outputArtifacts: NonNullable<NonNullable<Template['outputs']>['artifacts']>;
};

/** Moves files between a pod and where they are kept; one module for each of the layout's transports. */
export type Transport = (places: PodPlaces) => PodFiles;

export function transportOf(layout: Layout): Transport {
  switch (layout.transport) {
    case 'in-place':
      return transportInPlace;
    case 'object-store':
      throw new PipelineError('UNIMPLEMENTED', 'Workflows whose files are in an object store are not compiled by this version of Millrace; use a layout with transport "in-place".');
  }
}
