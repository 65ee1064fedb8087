import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser } from '../harness/browser.js';
import { Millrace } from '../harness/millrace.js';
import { Runs } from '../harness/runs.js';

const SHOWN = { outputs: [{ type: 'table', storage: 'inline', format: 'csv', header: ['name', 'score'], source: 'first,0.5' }, { type: 'web-app', storage: 'inline', source: '<h1>A page</h1>' }, { type: 'tensorboard', source: 'gs://bucket/logs' }] };
const METRICS = { metrics: [{ name: 'accuracy', numberValue: 0.75, format: 'PERCENTAGE' }] };
const shell = (name: string, script: string, rest: object = {}) => ({ name, container: { image: 'bash', command: ['sh', '-c'], args: [script] }, ...rest });

const WORKFLOW = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { generateName: 'shown-' },
  spec: {
    entrypoint: 'main',
    templates: [
      { name: 'main', dag: { tasks: [{ name: 'evaluate', template: 'evaluate' }, { name: 'never', template: 'group', dependencies: ['evaluate'], when: '1 == 2' }] } },
      { name: 'group', dag: { tasks: [{ name: 'inner', template: 'inner' }] } },
      shell('inner', 'echo never'),
      shell('evaluate', `echo evaluated; echo '${JSON.stringify(SHOWN)}' > /tmp/shown; echo '${JSON.stringify(METRICS)}' > /tmp/metrics`, {
        outputs: { artifacts: [{ name: 'mlpipeline-ui-metadata', path: '/tmp/shown' }, { name: 'mlpipeline-metrics', path: '/tmp/metrics' }] },
      }),
    ],
  },
};

describe.skipIf(browserPath === undefined)('the pages of a v1 pipeline', () => {
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  beforeAll(async () => {
    [millrace, browser] = await Promise.all([Millrace.start({ sample: false, args: ['--executor', 'process'] }), launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    page.on('pageerror', (error) => problems.push(error.message));
    // Chromium asks again when a network comes or goes on this machine, such as that of a container.
    page.on('console', (message) => message.type() === 'error' && !message.text().includes('ERR_NETWORK_CHANGED') && problems.push(message.text()));
  });
  afterAll(async () => {
    await browser?.close();
    await millrace?.close();
  });
  const visible = (text: string | RegExp) => page.getByText(text).first().waitFor({ state: 'visible', timeout: 15_000 });

  it('draw the pipeline before it is run', async () => {
    const runs = new Runs(millrace);
    const id = await runs.upload(JSON.stringify(WORKFLOW), 'a v1 pipeline');
    await page.goto(`${millrace.url}/pipelines/${id}`);
    for (const name of ['evaluate', 'never', 'inner']) await visible(name);
    await page.getByText('evaluate').first().click();
    await visible('mlpipeline-ui-metadata');
  });

  it("show a run's graph, states, logs, metrics and what its component left to be seen", async () => {
    const { id, run } = await new Runs(millrace).run(WORKFLOW);
    expect(run.state).toBe('SUCCEEDED');
    await page.goto(`${millrace.url}/runs/${id}?task=${encodeURIComponent('root/evaluate')}`);
    await visible(/accuracy 0\.75/);
    await visible(/never was not started/i);
    await visible('evaluated');
    await page.getByText('Inputs & outputs').click();
    await visible('score');
    await visible('first');
    await page.frameLocator('iframe').getByText('A page').waitFor({ state: 'visible' });
    await visible('gs://bucket/logs');
    await page.goto(`${millrace.url}/runs/${id}?view=artifacts`);
    await visible('score');
    expect(problems).toEqual([]);
  });
});
