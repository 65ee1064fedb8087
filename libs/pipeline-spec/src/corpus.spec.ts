import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parsePipeline, parsePipelineValue } from './parse-pipeline.js';
import { walkTasks } from './walk-pipeline.js';

const folder = fileURLToPath(new URL('../../../../shared/pipelines/valid', import.meta.url));
const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(yaml|json)$/.test(name)) : [];
if (files.length === 0) console.warn('SKIPPED: no compiled pipelines beside the repository (../shared/pipelines/valid), so none were read.');

describe.skipIf(files.length === 0)('pipelines that the SDK compiled', () => {
  it.each(files)('%s is a valid pipeline', (name) => {
    const pipeline = parsePipeline(readFileSync(join(folder, name), 'utf8'), { fileName: name });
    expect([...walkTasks(pipeline)].length).toBeGreaterThan(0);
    expect(parsePipelineValue(pipeline.spec, pipeline.platform)).toEqual(pipeline);
  });
});
