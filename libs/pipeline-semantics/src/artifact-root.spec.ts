import { describe, expect, it } from 'vitest';
import { effectiveArtifactRoot } from './artifact-root.js';
import { layout } from './testing/a-pipeline.js';

const common = { layout, pipelineName: 'p', runId: 'r' };

describe('effectiveArtifactRoot', () => {
  it("is the run's root, else the pipeline's, else the layout's", () => {
    expect(effectiveArtifactRoot({ ...common, runRoot: 's3://b/run', pipelineRoot: 's3://b/pipeline' })).toBe('s3://b/run/p/r');
    expect(effectiveArtifactRoot({ ...common, runRoot: '', pipelineRoot: 's3://b/pipeline' })).toBe('s3://b/pipeline/p/r');
    expect(effectiveArtifactRoot(common)).toBe('/data/p/r');
  });

  it('drops a query and trailing slashes', () => {
    expect(effectiveArtifactRoot({ ...common, runRoot: 's3://bucket/a//?region=x&endpoint=y/' })).toBe('s3://bucket/a/p/r');
    expect(effectiveArtifactRoot({ ...common, runRoot: 's3://bucket' })).toBe('s3://bucket/p/r');
  });

  it('is refused as the layout says', () => {
    expect(() => effectiveArtifactRoot({ ...common, runRoot: 'nope://x' })).toThrow('"nope://x" is out of reach.');
    expect(() => effectiveArtifactRoot({ ...common, runRoot: '/a/{{b}}' })).toThrow('braces');
  });
});
