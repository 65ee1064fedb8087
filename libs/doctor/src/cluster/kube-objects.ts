/** The parts of Kubernetes' objects that are looked at. */
export interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly containers: readonly Container[];
}

export interface Deployment {
  readonly metadata: Meta;
  readonly spec: { readonly replicas?: number; readonly template: { readonly metadata?: Partial<Meta>; readonly spec: PodSpec } };
  readonly status?: { readonly readyReplicas?: number };
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
}

export interface Pod {
  readonly metadata: Meta;
  readonly spec: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
    readonly containerStatuses?: readonly { readonly name: string; readonly ready: boolean; readonly restartCount: number; readonly state?: ContainerState; readonly lastState?: ContainerState }[];
  };
}
