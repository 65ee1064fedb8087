import type { Artifact } from '@millrace/database';
import type { ObjectInfo, ObjectStore } from '@millrace/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { OBJECT_STORE } from '../tokens.js';

const AT_ONCE = 16;

/** Sizes and kinds of the objects of some artifacts. */
@Injectable()
export class ArtifactInfoService {
  constructor(@Inject(OBJECT_STORE) private readonly objects: ObjectStore) {}

  /** An object that is gone or out of reach has none; that is no fault of who looks at its task. */
  async lookUp(artifacts: readonly Artifact[]): Promise<(artifactId: string) => ObjectInfo | undefined> {
    const infos = new Map<string, ObjectInfo>();
    const queue = [...new Map(artifacts.map((artifact) => [artifact.id, artifact])).values()].filter(({ uri }) => this.objects.accepts(uri));
    const work = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const info = await this.objects.stat(next.uri).catch(() => undefined);
        if (info) infos.set(next.id, info);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return (id) => infos.get(id);
  }
}
