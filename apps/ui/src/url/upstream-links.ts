/** Where a link of the upstream pages (`/#/runs/details/<id>`), which SDKs print, leads here. */
export function fromUpstreamLink(hash: string): string | undefined {
  if (!hash.startsWith('#/')) return undefined;
  const [path = '', search = ''] = hash.slice(2).split('?');
  const parts = path.split('/').filter(Boolean);
  const [area, second, id, third, version] = parts;
  const query = new URLSearchParams(search);
  if (second === 'details' && id) {
    if (area === 'runs') return `/runs/${id}`;
    if (area === 'experiments') return `/experiments/${id}`;
    if (area === 'recurringrun') return `/recurring-runs/${id}`;
    if (area === 'pipelines') return third === 'version' && version ? `/pipelines/${id}/versions/${version}` : `/pipelines/${id}`;
  }
  if (area === 'runs' && second === 'new') {
    const wanted = new URLSearchParams();
    const copy = (from: string, to: string) => query.get(from) && wanted.set(to, query.get(from) ?? '');
    copy('pipelineId', 'pipeline');
    copy('pipelineVersionId', 'version');
    copy('experimentId', 'experiment');
    copy('cloneFromRun', 'clone');
    return wanted.size ? `/runs/new?${wanted}` : '/runs/new';
  }
  if (area === 'recurringruns') return '/recurring-runs';
  if (area === 'archive' && second === 'runs') return '/runs?archived=1';
  if (area === 'archive' && second === 'experiments') return '/experiments';
  if (area === 'shared' && second === 'pipelines') return '/pipelines';
  if (area === 'runs' || area === 'pipelines' || area === 'experiments') return `/${area}`;
  return '/runs';
}
