import type { JsonObject, Pipeline } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { runSettings } from './run-settings.js';

const configured = (pipelineConfig: JsonObject): Pipeline => ({ platform: { platforms: { kubernetes: { pipelineConfig } } } }) as Pipeline;

describe('runSettings', () => {
  it("takes deadline and lifetimes from the pipeline's configuration, numbers or texts", () => {
    expect(runSettings(configured({ activeDeadlineSeconds: '60', resourceTtlOnSuccess: 5 }))).toEqual({ activeDeadlineSeconds: 60, ttlStrategy: { secondsAfterSuccess: 5 } });
  });

  it('sets nothing where nothing is asked for', () => {
    expect(runSettings(configured({ activeDeadlineSeconds: 0 }))).toEqual({});
    expect(runSettings({} as Pipeline)).toEqual({});
  });
});
