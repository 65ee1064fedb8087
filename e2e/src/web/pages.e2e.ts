import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { browserPath, launchBrowser } from '../harness/browser.js';
import { Millrace } from '../harness/millrace.js';

const sampleFile = resolve(import.meta.dirname, '../../../apps/cli/src/sample/addition-pipeline.yaml');

/** Two shell tasks in a row; the first prints a line every 300 ms for `steps` times. */
function slowPipeline(steps: number): object {
  const container = (line: string) => ({ container: { image: 'busybox', command: ['sh', '-c', line] } });
  return {
    schemaVersion: '2.1.0',
    pipelineInfo: { name: 'slow' },
    deploymentSpec: { executors: { 'exec-count': container(`for i in $(seq ${steps}); do echo "step $i of ${steps}"; sleep 0.3; done`), 'exec-after': container('echo after') } },
    components: { 'comp-count': { executorLabel: 'exec-count' }, 'comp-after': { executorLabel: 'exec-after' } },
    root: {
      dag: {
        tasks: {
          count: { taskInfo: { name: '数数' }, componentRef: { name: 'comp-count' } },
          after: { taskInfo: { name: 'after' }, componentRef: { name: 'comp-after' }, dependentTasks: ['count'] },
        },
      },
    },
  };
}

describe.skipIf(browserPath === undefined)('the pages of the built program', () => {
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [millrace, browser] = await Promise.all([Millrace.start(), launchBrowser()]);
    await vi.waitFor(async () => expect((await millrace.json('/apis/v2beta1/runs')).runs?.[0]?.state).toBe('SUCCEEDED'), { timeout: 20_000 });
  });
  afterAll(async () => {
    await browser?.close();
    await millrace?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  });
  afterEach(async () => {
    await page.close();
    expect(problems.splice(0)).toEqual([]);
  });

  const visible = (text: string | RegExp) => page.getByText(text).first().waitFor({ state: 'visible', timeout: 15_000 });

  const upload = async (name: string, buffer: Buffer) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: /upload/i }).first().click();
    await (await chooser).setFiles({ name, mimeType: 'application/yaml', buffer });
  };

  it('show the finished sample: its row, its graph, a task with inputs, outputs and log', async () => {
    await page.goto(millrace.url);
    await page.getByRole('link', { name: 'Add 1, 2 and 10' }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
    const node = page.getByLabel('Add c, Succeeded');
    await node.waitFor({ timeout: 15_000 });
    await node.click();
    await page.getByRole('tab', { name: /Inputs/ }).click();
    await visible('13');
    await page.getByRole('tab', { name: /Logs/ }).click();
    await visible('3 + 10 = 13');
  });

  it('move as a run does: states and log lines come by themselves, with one stream and no polling', async () => {
    const run = await millrace.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'slow', pipeline_spec: slowPipeline(12) }) });
    await page.goto(`${millrace.url}/runs/${run.run_id}`);
    await page.getByLabel('数数, Running').waitFor({ timeout: 15_000 });
    await page.getByLabel('数数, Running').click();
    await visible('step 2 of 12');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await visible('step 9 of 12');
    expect(asked.filter((url) => url.includes('/apis/') && !/\/logs(\/|\?|$)/.test(url))).toEqual([]);
    await page.getByLabel('after, Succeeded').waitFor({ timeout: 15_000 });
    await expect.poll(() => page.title()).toMatch(/^Succeeded/);
  });

  it('share one event stream between two tabs', async () => {
    const streams = new Set<string>();
    const context = await browser.newContext();
    context.on('request', (request) => request.url().endsWith('/events') && streams.add(`${request.url()} ${Math.random()}`));
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) await tab.goto(`${millrace.url}/runs`);
    const run = await millrace.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'for both tabs', pipeline_spec: slowPipeline(1) }) });
    for (const tab of tabs) await tab.getByRole('link', { name: 'for both tabs' }).waitFor({ timeout: 15_000 });
    expect(streams.size).toBe(1);
    await millrace.finished(run.run_id);
    await context.close();
  });

  /** Over when the stream has told of the run's end to whoever listens. */
  const runToItsEnd = async (name: string) => {
    const run = await millrace.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: name, pipeline_spec: slowPipeline(1) }) });
    await millrace.finished(run.run_id);
    await new Promise((resolve) => setTimeout(resolve, 500));
  };

  it('show a run that began and ended after the list was read and before the event stream was open', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    await page.route('**/events', async (route) => {
      await ended;
      await route.continue();
    });
    await page.goto(`${millrace.url}/runs`);
    await page.getByRole('link', { name: 'Add 1, 2 and 10' }).waitFor({ timeout: 15_000 });
    await runToItsEnd('before the stream');
    end();
    await page.getByRole('row', { name: /before the stream.*Succeeded/ }).waitFor({ timeout: 15_000 });
  });

  it('show a run that began and ended after the list was read and before its answer had come', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    await page.route(
      '**/apis/millrace/v1/runs?*',
      async (route) => {
        const response = await route.fetch();
        await ended;
        await route.fulfill({ response });
      },
      { times: 2 },
    );
    const streaming = page.waitForResponse((response) => response.url().endsWith('/events'));
    await page.goto(`${millrace.url}/runs`);
    await streaming;
    await runToItsEnd('before the answer');
    end();
    await page.getByRole('row', { name: /before the answer.*Succeeded/ }).waitFor({ timeout: 15_000 });
  });

  it('take a pipeline by upload and start a run of it from a form with its parameters', async () => {
    await page.goto(`${millrace.url}/pipelines`);
    await upload('numbers.yaml', readFileSync(sampleFile));
    await page.waitForURL(/\/pipelines\/[0-9a-f-]{36}/, { timeout: 15_000 });
    await page.getByRole('link', { name: 'New run' }).click();
    await page.waitForURL(/\/runs\/new/, { timeout: 15_000 });
    const a = page.getByLabel('a', { exact: true });
    await a.fill('40');
    await page.getByRole('button', { name: /Start run/ }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/, { timeout: 15_000 });
    await page.getByLabel('Add c, Succeeded').waitFor({ timeout: 15_000 });
    const id = page.url().split('/').at(-1)!;
    expect((await millrace.json(`/apis/v2beta1/runs/${id}`)).runtime_config.parameters).toMatchObject({ a: 40 });
  });

  it('say what is wrong with an uploaded file, with the remedy, before anything is stored', async () => {
    await page.goto(`${millrace.url}/pipelines`);
    const before = (await millrace.json('/apis/v2beta1/pipelines')).total_size;
    await upload('broken.yaml', Buffer.from('schemaVersion: 2.1.0\npipelineInfo: {name: broken}\nroot: {dag: {tasks: {a: {componentRef: {name: nowhere}}}}}\n'));
    await visible(/nowhere/);
    expect((await millrace.json('/apis/v2beta1/pipelines')).total_size).toBe(before);
    // The refusal shows in the console as the failed request it is.
    problems.splice(0, problems.length, ...problems.filter((problem) => !problem.includes('400')));
  });
});
