import type { CacheRepository } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import type { CacheHit } from '@millrace/pipeline-semantics';
import { valuesOf } from './task-rows.js';

/**
 * Hits for fingerprints, one query. An entry whose artifact is gone (a bucket's lifecycle, a deleted folder) is forgotten instead of
 * handed out: a task that reads a missing file would fail far from the cause.
 */
export async function lookUpCache(
  { cache, objects }: { readonly cache: CacheRepository; readonly objects: ObjectStore },
  scope: { readonly namespace: string; readonly pipelineName: string },
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, CacheHit>> {
  const hits = new Map<string, CacheHit>();
  if (fingerprints.length === 0) return hits;
  const stale: string[] = [];
  for (const [fingerprint, entry] of await cache.lookup(scope, fingerprints)) {
    const files = entry.artifacts.filter(({ artifact }) => hasContent(artifact.schemaTitle) && objects.accepts(artifact.uri));
    const present = await Promise.all(files.map(({ artifact }) => objects.stat(artifact.uri)));
    if (present.includes(undefined)) stale.push(entry.taskId);
    else hits.set(fingerprint, { runId: entry.runId, taskId: entry.taskId, outputs: valuesOf(entry.outputs, entry.artifacts) });
  }
  if (stale.length > 0) await cache.forget(stale);
  return hits;
}

// Metrics live in metadata; most tasks write no file for them.
function hasContent(schemaTitle: string): boolean {
  return !['system.Metrics', 'system.ClassificationMetrics', 'system.SlicedClassificationMetrics'].includes(schemaTitle);
}
