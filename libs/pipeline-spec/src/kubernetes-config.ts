import type { JsonObject, TaskInputParameter } from './types.js';

/** A name that is given as text, or comes from a parameter of the task's scope. */
type Name<Field extends string> = { readonly [Key in Field]?: string } & { readonly [Key in `${Field}Parameter`]?: TaskInputParameter };

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface PodMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PvcMount {
  readonly pvcNameParameter?: TaskInputParameter;
  /** The three of older SDKs. */
  readonly constant?: string;
  readonly componentInputParameter?: string;
  readonly taskOutputParameter?: TaskInputParameter['taskOutputParameter'];
  readonly mountPath: string;
  readonly subPath?: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: string | number;
  readonly tolerationJson?: TaskInputParameter;
}

export interface PodAffinityTerm {
  readonly matchPodExpressions?: readonly SelectorRequirement[];
  readonly matchPodLabels?: Readonly<Record<string, string>>;
  readonly topologyKey?: string;
  readonly namespaces?: readonly string[];
  readonly matchNamespaceExpressions?: readonly SelectorRequirement[];
  readonly matchNamespaceLabels?: Readonly<Record<string, string>>;
  readonly weight?: number;
  readonly anti?: boolean;
}

export interface GenericEphemeralVolume {
  readonly volumeName: string;
  readonly mountPath: string;
  readonly accessModes?: readonly string[];
  readonly size?: string;
  readonly defaultStorageClass?: boolean;
  readonly storageClassName?: string;
  readonly metadata?: PodMetadata;
}

export interface InitContainer {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly { readonly volumeName: string; readonly mountPath: string }[];
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Readonly<Record<string, string>>; readonly limits?: Readonly<Record<string, string>> };
}

/** What `kfp.kubernetes` says of the pods of one executor (KubernetesExecutorConfig). */
export interface KubernetesExecutorConfig {
  readonly secretAsVolume?: readonly (Name<'secretName'> & { readonly mountPath: string; readonly optional?: boolean })[];
  readonly secretAsEnv?: readonly (Name<'secretName'> & { readonly keyToEnv?: readonly { readonly secretKey: string; readonly envVar: string }[]; readonly optional?: boolean })[];
  readonly configMapAsVolume?: readonly (Name<'configMapName'> & { readonly mountPath: string; readonly optional?: boolean })[];
  readonly configMapAsEnv?: readonly (Name<'configMapName'> & { readonly keyToEnv?: readonly { readonly configMapKey: string; readonly envVar: string }[]; readonly optional?: boolean })[];
  readonly pvcMount?: readonly PvcMount[];
  readonly nodeSelector?: { readonly labels?: Readonly<Record<string, string>>; readonly nodeSelectorJson?: TaskInputParameter };
  readonly tolerations?: readonly Toleration[];
  readonly nodeAffinity?: readonly {
    readonly matchExpressions?: readonly SelectorRequirement[];
    readonly matchFields?: readonly SelectorRequirement[];
    readonly weight?: number;
    readonly nodeAffinityJson?: TaskInputParameter;
  }[];
  readonly podAffinity?: readonly PodAffinityTerm[];
  readonly podMetadata?: PodMetadata;
  readonly imagePullSecret?: readonly Name<'secretName'>[];
  readonly imagePullPolicy?: string;
  /** Protojson writes 64-bit numbers as text. */
  readonly activeDeadlineSeconds?: string | number;
  readonly fieldPathAsEnv?: readonly { readonly name: string; readonly fieldPath: string }[];
  readonly genericEphemeralVolume?: readonly GenericEphemeralVolume[];
  readonly emptyDirMounts?: readonly { readonly volumeName: string; readonly mountPath: string; readonly medium?: string; readonly sizeLimit?: string }[];
  readonly enabledSharedMemory?: { readonly volumeName?: string; readonly size?: string };
  readonly securityContext?: { readonly runAsUser?: string | number; readonly runAsGroup?: string | number; readonly runAsNonRoot?: boolean };
  readonly initContainers?: readonly InitContainer[];
  readonly podResourceClaims?: readonly JsonObject[];
}

/** A volume that all tasks of a run may share; its place is `/kfp-workspace`. */
export interface WorkspaceConfig {
  readonly size?: string;
  readonly kubernetes?: { readonly pvcSpecPatch?: JsonObject };
}
