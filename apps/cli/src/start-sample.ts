import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

export interface SampleTarget {
  readonly url: string;
  readonly token?: string;
  readonly dataFolder: string;
}

/**
 * Uploads the sample pipeline and runs it once, the first time a data folder is used; later starts leave it alone, also when the user
 * has deleted it. Goes through the same API as any client.
 */
export async function startSample(sampleFile: string, target: SampleTarget): Promise<void> {
  const marker = join(target.dataFolder, '.sample-loaded');
  if ((await readFile(marker, 'utf8').catch(() => undefined)) !== undefined) return;
  const headers: Record<string, string> = target.token === undefined ? {} : { authorization: `Bearer ${target.token}` };
  const ask = async (path: string, init: RequestInit): Promise<Record<string, string>> => {
    const response = await fetch(target.url + path, { method: 'POST', ...init, headers: { ...headers, ...(init.headers as Record<string, string>) } });
    if (!response.ok && response.status !== 409) throw new Error(`the sample was refused: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  };

  const form = new FormData();
  form.append('uploadfile', new Blob([await readFile(sampleFile)]), basename(sampleFile));
  const pipeline = await ask(`/apis/v2beta1/pipelines/upload?${new URLSearchParams({ name: 'addition-pipeline', display_name: 'Add three numbers' })}`, { body: form });
  if (pipeline['pipeline_id'] !== undefined) {
    await ask('/apis/v2beta1/runs', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ display_name: 'Add 1, 2 and 10', pipeline_version_reference: { pipeline_id: pipeline['pipeline_id'] }, runtime_config: { parameters: { a: 1, b: 2 } } }),
    });
  }
  await writeFile(marker, `${new Date().toISOString()}\n`);
}
