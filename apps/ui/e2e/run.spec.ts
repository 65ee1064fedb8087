import { expect, test } from './expect-clean';

const FAILING = '7f3c2e1a-0000-4000-8000-000000000001';
const HELD_UP = '7f3c2e1a-0000-4000-8000-000000000003';
const HUGE = '7f3c2e1a-0000-4000-8000-000000001000';
const LOUD = '7f3c2e1a-0000-4000-8000-000000200000';

test('the graph moves as the run does, and no node changes its place', async ({ page, request }) => {
  const list = (await (await request.get('/apis/millrace/v1/runs?q=addition%2080')).json()) as { runs: { version: { id: string }; pipeline: { id: string } }[] };
  const made = await request.post('/apis/v2beta1/runs', { data: { display_name: 'moves', pipeline_version_reference: { pipeline_id: list.runs[0]?.pipeline.id, pipeline_version_id: list.runs[0]?.version.id } } });
  const { run_id } = (await made.json()) as { run_id: string };
  await page.goto(`/runs/${run_id}`);
  const first = page.locator('[id="node-root/addition-component"]');
  const second = page.locator('[id="node-root/addition-component-2"]');
  await expect(first).toBeVisible();
  const before = await second.boundingBox();
  await expect(second).toHaveAttribute('aria-label', /Succeeded/, { timeout: 15_000 });
  expect(await second.boundingBox()).toEqual(before);
  await expect(page).toHaveTitle(/^Succeeded: moves/);
});

test('a failed task says why, shows its logs at the end and has a link to a line', async ({ page }) => {
  await page.goto(`/runs/${FAILING}`);
  await expect(page.locator('[id="node-root/slice-report"]')).toBeVisible();
  await page.keyboard.press('f');
  await expect(page).toHaveURL(/task=root\/slice-report/);
  await expect(page.getByRole('region', { name: 'Why did this fail?' })).toContainText('4 GiB memory limit');
  await expect(page.getByText('Killed')).toBeVisible();
  await page.getByRole('link', { name: 'Link to line 205' }).click();
  await expect(page).toHaveURL(/line=205/);
  await page.goto(`/runs/${FAILING}?task=root/slice-report&line=12-14`);
  await expect(page.getByRole('link', { name: 'Link to line 13' })).toBeVisible();
});

test('a task whose pod does not start says why, and is not asked for a log that it cannot have', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => request.url().includes('/logs') && asked.push(request.url()));
  await page.goto(`/runs/${HELD_UP}`);
  await page.locator('[id^="node-root/"]', { hasText: 'ImagePullBackOff' }).click();
  const why = page.getByRole('region', { name: 'Why has this not started?' });
  await expect(why).toContainText('no such host');
  // What kubelets say of an image ends with the reason.
  expect(await why.getByText('Back-off pulling image').evaluate((sentence) => sentence.scrollHeight <= sentence.clientHeight)).toBe(true);
  await expect(page.getByText('The log starts when the task does')).toBeVisible();
  expect(asked).toEqual([]);
});

test('attempts are told apart and a search counts its hits', async ({ page }) => {
  await page.goto(`/runs/${FAILING}?task=root/slice-report`);
  await expect(page.getByText('Killed')).toBeVisible();
  await page.getByLabel('Search the log').fill('rss');
  await expect(page.getByText('1 of 2')).toBeVisible();
  await page.getByRole('radio', { name: 'Attempt 1' }).click();
  await expect(page).toHaveURL(/attempt=0/);
  await expect(page.getByText('no hits')).toBeVisible();
});

test('a log of two hundred thousand lines is read from both ends with few elements', async ({ page }) => {
  await page.goto(`/runs/${LOUD}?task=root/addition-component`);
  const log = page.getByRole('log');
  await expect(log).toContainText('line 200000 of 200000');
  expect(await log.locator('a').count()).toBeLessThan(160);
  await page.getByLabel('Search the log').fill('line 777 of');
  await expect(page.getByText('1 of 1')).toBeVisible();
  await expect(log).toContainText('line 777 of 200000');
});

test('a cached task links to the run whose output it reuses', async ({ page }) => {
  await page.goto(`/runs/${FAILING}?task=root/import-tickets`);
  const why = page.getByRole('region', { name: 'Why was this cached?' });
  await expect(why.getByRole('link')).toHaveAttribute('href', /\/runs\/7f3c2e1a/);
});

test('an artifact opens to its text', async ({ page }) => {
  await page.goto(`/runs/${FAILING}?task=root/import-tickets&tab=artifacts`);
  await page.getByRole('button', { name: /report/ }).click();
  await expect(page.getByText('"note": "工单意图"')).toBeVisible();
});

test('groups unfold in place and the node that was clicked stays still', async ({ page }) => {
  await page.goto(`/runs/${FAILING}`);
  const group = page.locator('[id="node-root/train-folds"]');
  await expect(group).toBeVisible();
  const before = await group.boundingBox();
  await group.getByRole('button', { name: 'Unfold' }).click();
  await expect(page.locator('[id="node-root/train-folds/prepare"]')).toBeVisible();
  const after = await group.boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 99))).toBeLessThan(2);
  const middle = (box: typeof before) => (box?.x ?? 0) + (box?.width ?? 0) / 2;
  expect(Math.abs(middle(after) - middle(before))).toBeLessThan(2);
});

test('arrow keys walk the graph', async ({ page }) => {
  await page.goto(`/runs/${FAILING}`);
  await expect(page.locator('[id="node-root/import-tickets"]')).toBeVisible();
  await page.getByRole('group', { name: 'Graph' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/task=root\/import-tickets/);
  await page.keyboard.press('ArrowDown');
  await expect(page).toHaveURL(/task=root\/validate-schema/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/task=/);
});

test('a thousand tasks are drawn and panned', async ({ page }) => {
  await page.goto(`/runs/${HUGE}`);
  await expect(page.locator('.react-flow__node').first()).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press('3');
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '1000');
});

test('a share of the strip is a filter', async ({ page }) => {
  await page.goto(`/runs/${FAILING}?view=table`);
  await page.getByRole('button', { name: '7 Cached' }).first().click();
  await expect(page).toHaveURL(/state=cached/);
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '7');
});

test('a run that is gone says so and leads on', async ({ page }) => {
  await page.goto('/runs/nowhere');
  await expect(page.getByText('Run nowhere does not exist')).toBeVisible();
  await page.getByRole('link', { name: 'Go to runs' }).click();
  await expect(page).toHaveURL(/\/runs$/);
});

test('one connection serves several tabs', async ({ context }) => {
  const streams: string[] = [];
  context.on('request', (request) => {
    if (request.url().endsWith('/events')) streams.push(request.url());
  });
  const first = await context.newPage();
  await first.goto('/runs');
  await expect(first.getByText(/live/)).toBeVisible();
  const second = await context.newPage();
  await second.goto(`/runs/${FAILING}`);
  await expect(second.getByText('Live', { exact: true })).toBeVisible();
  expect(streams).toHaveLength(1);
  await first.close();
  await expect.poll(() => streams.length).toBe(2);
  await expect(second.getByText('Live', { exact: true })).toBeVisible();
});

test('the timeline says where the time went, unfolds groups and keeps the selection of the graph', async ({ page }) => {
  await page.goto(`/runs/${FAILING}?task=root/slice-report`);
  await page.keyboard.press('2');
  await expect(page).toHaveURL(/view=timeline/);
  const rows = page.getByRole('grid', { name: 'Timeline' });
  await expect(rows.getByRole('row', { selected: true })).toContainText('slice-report', { timeout: 15_000 });
  await expect(page.getByRole('region', { name: 'Where the time went' })).toContainText('The critical path');
  const group = rows.getByRole('row').filter({ hasText: 'train-folds' });
  const before = await rows.getByRole('row').count();
  await group.getByRole('button', { name: 'Unfold' }).click();
  await expect.poll(() => rows.getByRole('row').count()).toBeGreaterThan(before);
  await expect(page).toHaveURL(/task=root\/slice-report/);
  await rows.getByRole('row').filter({ hasText: 'train-baseline' }).hover();
  await expect(page.getByRole('tooltip')).toContainText('Running');
  await page.keyboard.press('1');
  await expect(page).not.toHaveURL(/view=/);
  await expect(page.getByRole('button', { name: /slice-report/, pressed: true })).toBeVisible({ timeout: 15_000 });
});
