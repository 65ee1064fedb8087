import type { ArtifactLink, ArtifactPage, ArtifactView } from '@millrace/api-contract';
import type { Artifact, Task, TaskArtifact } from '@millrace/database';
import type { ObjectEntry, ObjectInfo } from '@millrace/object-store';

/** What is known of an artifact's bytes. */
export type InfoOf = (artifactId: string) => ObjectInfo | undefined;

export function toArtifactView(artifact: Artifact, info: ObjectInfo | undefined): ArtifactView {
  return {
    id: artifact.id,
    name: artifact.name,
    type: artifact.schemaTitle,
    uri: artifact.uri,
    metadata: artifact.metadata as ArtifactView['metadata'],
    created_at: artifact.createdAt.toISOString(),
    run_id: artifact.runId,
    task_id: artifact.taskId,
    content: info && { kind: info.kind, size_bytes: info.sizeBytes },
  };
}

export function toArtifactLink({ name, index, artifact }: TaskArtifact, infoOf: InfoOf): ArtifactLink {
  return { name, index, artifact: toArtifactView(artifact, infoOf(artifact.id)) };
}

/** Without sizes: a run has thousands of artifacts, and each would be looked for in the store. */
export function toArtifactPage(links: readonly { readonly link: TaskArtifact; readonly task: Task }[]): ArtifactPage {
  return {
    artifacts: links.map(({ link, task }) => ({ ...toArtifactLink(link, () => undefined), task_id: task.id, task_path: task.path, direction: link.direction })),
  };
}

export function toEntries(entries: readonly ObjectEntry[]) {
  return { entries: entries.map(({ path, sizeBytes }) => ({ path, size_bytes: sizeBytes })) };
}
