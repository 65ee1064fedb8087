import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ImageBuilder } from './image-builder.js';
import { SharedCluster } from './shared-cluster.js';
import { argoImages, importInto, storeImages } from './test-images.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
/** A name with a registry's, as the node knows it; nothing asks that registry. */
const IMAGE = 'docker.io/local/millrace:test';

export interface Install {
  readonly image: string;
  /** Why there is no image. */
  readonly skip?: string;
  /** Where it is installed; absent where there is no cluster. */
  readonly cluster?: {
    readonly env: Readonly<Record<string, string>>;
    readonly images: { readonly mysql: string; readonly minio: string; readonly s3: 'MinIO' | 'versitygw'; readonly argo?: { readonly controller: string; readonly executor: string } };
    /** Of the version that is upgraded; the same where no commit is named. */
    readonly previous: { readonly image: string; readonly commit?: string };
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    install: Install;
  }
}

/** Builds the images and brings them to the cluster, which is started where it does not run, and stopped again then. */
export default async function prepare({ provide }: TestProject): Promise<(() => void) | undefined> {
  const skip = (reason: string): undefined => {
    console.log(`the image and its installation: SKIPPED, ${reason}`);
    provide('install', { image: IMAGE, skip: reason });
  };
  const builder = await ImageBuilder.open();
  if ('skip' in builder) return skip(builder.skip);
  try {
    await builder.nodeImage();
  } catch (error) {
    return skip((error as Error).message);
  }
  const given = process.env['TEST_MILLRACE_IMAGE'];
  const started = Date.now();
  if (given === undefined) await builder.buildMillrace(WORKSPACE, IMAGE);
  else await builder.run('tag', given, IMAGE);
  console.log(given === undefined ? `image built in ${((Date.now() - started) / 1000).toFixed(0)} s` : `image: ${given}`);

  const cluster = SharedCluster.find();
  if (typeof cluster === 'string') {
    console.log(`the chart's installation: SKIPPED, ${cluster}`);
    provide('install', { image: IMAGE });
    return undefined;
  }
  const stop = cluster.start();
  try {
    const commit = process.env['TEST_PREVIOUS'];
    const previous = commit === undefined ? IMAGE : `docker.io/local/millrace:${commit}`;
    if (commit !== undefined && !builder.has(previous)) await builder.buildCommit(commit, previous);
    const stores = await storeImages(builder, cluster.home);
    const argo = await argoImages(builder, cluster.home);
    await importInto(cluster, builder, [...new Set([IMAGE, previous, stores.mysql, stores.minio, ...(argo === undefined ? [] : [argo.controller])])]);
    if (argo === undefined) console.log("Argo's own controller is not on this machine: runs go as far as their Workflows");
    provide('install', { image: IMAGE, cluster: { env: cluster.env, images: { ...stores, argo }, previous: { image: previous, commit } } });
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
