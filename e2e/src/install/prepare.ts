import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ImageBuilder } from './image-builder.js';
import type { Install } from './install.js';
import { SharedCluster } from './shared-cluster.js';
import { argoImages, importInto, storeImages } from './test-images.js';

// The beginning of scripts/test-install.mjs: builds the images and brings them to the cluster, which is started where it does not run. What came of it is
// written to the file that is named; an `up` in it says that the cluster is to be stopped again.
const WORKSPACE = resolve(import.meta.dirname, '../../..');
/** A name with a registry's, as the node knows it; nothing asks that registry. */
const IMAGE = 'docker.io/local/millrace:test';

async function prepare(): Promise<Install> {
  const builder = await ImageBuilder.open();
  if ('skip' in builder) return { image: IMAGE, skip: builder.skip };
  try {
    await builder.nodeImage();
  } catch (error) {
    return { image: IMAGE, skip: (error as Error).message };
  }
  const given = process.env['TEST_MILLRACE_IMAGE'];
  const started = Date.now();
  if (given === undefined) await builder.buildMillrace(WORKSPACE, IMAGE);
  else await builder.run('tag', given, IMAGE);
  console.log(given === undefined ? `image built in ${((Date.now() - started) / 1000).toFixed(0)} s` : `image: ${given}`);

  const cluster = SharedCluster.find();
  if (typeof cluster === 'string') {
    console.log(`the chart's installation: SKIPPED, ${cluster}`);
    return { image: IMAGE };
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
    return { image: IMAGE, cluster: { env: cluster.env, images: { ...stores, argo }, previous: { image: previous, commit } }, ...(stop && { stop }) };
  } catch (error) {
    if (stop !== undefined) SharedCluster.run(stop);
    throw error;
  }
}

const install = await prepare();
if (install.skip !== undefined) console.log(`the image and its installation: SKIPPED, ${install.skip}`);
writeFileSync(process.argv[2]!, JSON.stringify(install));
