import { describe, expect, it } from 'vitest';
import { fromUpstreamLink } from './upstream-links';

describe('fromUpstreamLink', () => {
  it.each([
    ['#/runs/details/ab-12', '/runs/ab-12'],
    ['#/runs/details/ab-12/execution/7', '/runs/ab-12'],
    ['#/pipelines/details/p1', '/pipelines/p1'],
    ['#/pipelines/details/p1/version/v2', '/pipelines/p1/versions/v2'],
    ['#/experiments/details/e1', '/experiments/e1'],
    ['#/recurringruns', '/recurring-runs'],
    ['#/recurringrun/details/rr-1', '/recurring-runs/rr-1'],
    ['#/runs', '/runs'],
    ['#/archive/runs', '/runs?archived=1'],
    ['#/runs/new?pipelineId=p&pipelineVersionId=v', '/runs/new?pipeline=p&version=v'],
    ['#/runs/new?cloneFromRun=r', '/runs/new?clone=r'],
    ['#/start', '/runs'],
  ])('leads %s to %s', (hash, path) => expect(fromUpstreamLink(hash)).toBe(path));

  it('leaves other anchors alone', () => expect(fromUpstreamLink('#line-3')).toBeUndefined());
});
