import type { KubeClient, Right } from '@millrace/kubernetes';
import type { ObjectStore } from '@millrace/object-store';

/** What the checks of a service look at, with its own account and from where it runs. */
export interface ServiceContext {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly rights: readonly Right[];
  readonly databaseUrl: string;
  /** The object store, and where artifacts go when nobody says otherwise. Rejects where it is not set up so that it can be used. */
  readonly openObjects: () => Promise<{ readonly objects: ObjectStore; readonly pipelineRoot: string }>;
  readonly clock: () => Date;
}
