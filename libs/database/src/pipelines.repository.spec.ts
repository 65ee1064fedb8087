import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.js';
import type { Json } from './model.js';
import { aPipeline, aVersion } from './testing/builders.js';
import { DIALECTS, openTestDatabase } from './testing/test-databases.js';

const DOCUMENT = { pipelineSpec: { root: {} } };

describe.each(DIALECTS)('pipelines on %s', (dialect) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(dialect)));
  afterAll(() => database.close());

  it('gives back pipeline, version, tags and document as stored', async () => {
    const pipeline = aPipeline({ name: '流水线 🚂', tags: { team: 'ranking', stage: 'Prod' } });
    const version = aVersion({ pipelineId: pipeline.id, codeSourceUrl: 'https://example.com/a', packageUrl: 'https://example.com/b', tags: { a: 'b' } });
    const document = { pipelineSpec: { z: 1, a: [1.5, -0.25, 1e21, 9007199254740991, null, true, 'é\u2028"\\'], empty: {} } as Json, platformSpec: { platforms: {} } };
    await database.pipelines.createWithVersion(pipeline, version, document);
    expect(await database.pipelines.get(pipeline.id)).toEqual(pipeline);
    expect(await database.pipelines.findByName('', '流水线 🚂')).toEqual(pipeline);
    expect(await database.pipelines.getVersion(version.id)).toEqual(version);
    expect(await database.pipelines.getDocument(version.id)).toEqual(document);
  });

  it('keeps a document of 5 MB, nested 200 deep', async () => {
    let nested: Json = 'x'.repeat(5_000_000);
    for (let level = 0; level < 200; level += 1) nested = { nested };
    const pipeline = aPipeline();
    const version = aVersion({ pipelineId: pipeline.id });
    await database.pipelines.createWithVersion(pipeline, version, { pipelineSpec: nested });
    expect(await database.pipelines.getDocument(version.id)).toEqual({ pipelineSpec: nested });
  });

  it('stores a pipeline with its version or neither', async () => {
    const first = aPipeline();
    const taken = aVersion({ pipelineId: first.id });
    await database.pipelines.createWithVersion(first, taken, DOCUMENT);
    const second = aPipeline();
    await expect(database.pipelines.createWithVersion(second, { ...taken, pipelineId: second.id }, DOCUMENT)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(database.pipelines.get(second.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses a second pipeline and a second version of a name, in KFP\'s words', async () => {
    const pipeline = aPipeline({ name: 'once' });
    await database.pipelines.create(pipeline);
    await expect(database.pipelines.create(aPipeline({ name: 'once' }))).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'Failed to create a new pipeline. The name once already exist. Please specify a new name',
    });
    await database.pipelines.create(aPipeline({ name: 'Once' }));
    await database.pipelines.createVersion(aVersion({ pipelineId: pipeline.id, name: 'v1' }), DOCUMENT);
    await expect(database.pipelines.createVersion(aVersion({ pipelineId: pipeline.id, name: 'v1' }), DOCUMENT)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'Failed to create a new pipeline version. The name v1 already exist. Specify a new name',
    });
    await database.pipelines.createVersion(aVersion({ pipelineId: pipeline.id, name: 'V1' }), DOCUMENT);
  });

  it('refuses names over KFP\'s caps and a version of an unknown pipeline', async () => {
    await expect(database.pipelines.create(aPipeline({ name: 'p'.repeat(129) }))).rejects.toMatchObject({ message: 'Pipeline.Name length cannot exceed 128' });
    await expect(database.pipelines.createVersion(aVersion({ pipelineId: 'nope', name: 'v'.repeat(128) }), DOCUMENT)).rejects.toMatchObject({ message: 'PipelineVersion.Name length cannot exceed 127' });
    await expect(database.pipelines.createVersion(aVersion({ pipelineId: 'nope' }), DOCUMENT)).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'Pipeline nope not found' });
  });

  it('takes the newest version as the latest, on equal times the larger id', async () => {
    const pipeline = aPipeline();
    await database.pipelines.create(pipeline);
    expect(await database.pipelines.latestVersion(pipeline.id)).toBeUndefined();
    const [older, a, b] = [aVersion({ pipelineId: pipeline.id, id: `z-${pipeline.id}`, createdAt: new Date(1000) }), aVersion({ pipelineId: pipeline.id, id: `a-${pipeline.id}`, createdAt: new Date(2000) }), aVersion({ pipelineId: pipeline.id, id: `b-${pipeline.id}`, createdAt: new Date(2000) })];
    for (const version of [b, older, a]) await database.pipelines.createVersion(version, DOCUMENT);
    expect((await database.pipelines.latestVersion(pipeline.id))?.id).toBe(b.id);
  });

  it('changes what an update names and leaves the rest; tags are replaced as a whole', async () => {
    const pipeline = aPipeline({ tags: { old: '1', kept: '2' } });
    const version = aVersion({ pipelineId: pipeline.id, tags: { v: '1' } });
    await database.pipelines.createWithVersion(pipeline, version, DOCUMENT);
    expect(await database.pipelines.update(pipeline.id, { displayName: 'New' })).toEqual({ ...pipeline, displayName: 'New' });
    expect(await database.pipelines.update(pipeline.id, { tags: { kept: '3' } })).toEqual({ ...pipeline, displayName: 'New', tags: { kept: '3' } });
    expect(await database.pipelines.updateVersion(version.id, { tags: {} })).toEqual({ ...version, tags: {} });
    await expect(database.pipelines.update('nope', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is deleted with versions only when asked to cascade', async () => {
    const pipeline = aPipeline({ tags: { a: 'b' } });
    const version = aVersion({ pipelineId: pipeline.id });
    await database.pipelines.createWithVersion(pipeline, version, DOCUMENT);
    await expect(database.pipelines.delete(pipeline.id, { cascade: false })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining('Set cascade=true') });
    await database.pipelines.delete(pipeline.id, { cascade: true });
    await expect(database.pipelines.getVersion(version.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(database.pipelines.getDocument(version.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is deleted without cascade once its versions are gone', async () => {
    const pipeline = aPipeline();
    const version = aVersion({ pipelineId: pipeline.id });
    await database.pipelines.createWithVersion(pipeline, version, DOCUMENT);
    await database.pipelines.deleteVersion(version.id);
    await database.pipelines.delete(pipeline.id, { cascade: false });
    await expect(database.pipelines.delete(pipeline.id, { cascade: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('lists pipelines and versions by tag, with their tags', async () => {
    const namespace = 'tagged';
    const pipeline = aPipeline({ namespace, tags: { team: 'a%_', tier: '1' } });
    await database.pipelines.create(pipeline);
    await database.pipelines.create(aPipeline({ namespace, tags: { team: 'b' } }));
    const version = aVersion({ pipelineId: pipeline.id, tags: { stage: 'prod' } });
    await database.pipelines.createVersion(version, DOCUMENT);
    await database.pipelines.createVersion(aVersion({ pipelineId: pipeline.id }), DOCUMENT);
    expect((await database.pipelines.list({ namespace, filter: [{ operation: 'EQUALS', key: 'tags.team', value: 'a%_' }] })).items).toEqual([pipeline]);
    expect((await database.pipelines.list({ namespace, filter: [{ operation: 'EQUALS', key: 'tags.team', value: 'axx' }] })).items).toEqual([]);
    expect((await database.pipelines.listVersions(pipeline.id, { filter: [{ operation: 'EQUALS', key: 'tags.stage', value: 'prod' }] })).items).toEqual([version]);
    await expect(database.pipelines.list({ filter: [{ operation: 'IS_SUBSTRING', key: 'tags.team', value: 'a' }] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('"tags.team"') });
  });

  it('gives documents and names for many ids, leaving out what is missing', async () => {
    const pipeline = aPipeline({ displayName: 'Shown' });
    const version = aVersion({ pipelineId: pipeline.id, displayName: 'v one' });
    await database.pipelines.createWithVersion(pipeline, version, DOCUMENT);
    expect(await database.pipelines.getDocuments([version.id, 'nope'])).toEqual(new Map([[version.id, DOCUMENT]]));
    expect(await database.pipelines.names({ pipelines: [pipeline.id, 'nope'], versions: [version.id] })).toEqual({ pipelines: new Map([[pipeline.id, 'Shown']]), versions: new Map([[version.id, 'v one']]) });
    expect(await database.pipelines.getDocuments([])).toEqual(new Map());
  });
});
