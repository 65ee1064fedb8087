import { PLAIN, UNDER_BASE } from './addresses';
import { expect, test } from './expect-clean';

const BASE = UNDER_BASE.address;
const RUN = '7f3c2e1a-0000-4000-8000-000000000001';

test('pages, data and navigation work under a base path chosen by the server', async ({ page }) => {
  await page.goto(`${BASE}/runs`);
  await page.getByRole('link', { name: 'mdeberta-v3, lr 3e-5' }).click();
  await expect(page).toHaveURL(/\/pipeline\/runs\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { name: 'mdeberta-v3, lr 3e-5' })).toBeVisible();
  await page.reload();
  await expect(page.locator('.react-flow__node').first()).toBeVisible();
  await page.getByRole('link', { name: 'Pipelines' }).click();
  await expect(page).toHaveURL(`${BASE}/pipelines`);
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'mdeberta-v3, lr 3e-5' })).toBeVisible();
});

for (const base of [BASE, PLAIN.address]) {
  test(`a link of the upstream pages leads to ours: ${new URL(base).pathname}`, async ({ page }) => {
    await page.goto(`${base}/#/runs/details/${RUN}`);
    await expect(page).toHaveURL(`${base}/runs/${RUN}`);
    await expect(page.getByRole('heading', { name: 'xlmr-base, lr 3e-5, 5 folds' })).toBeVisible();
  });
}

test('navigating is done without loading the document again', async ({ page }) => {
  await page.goto('/runs');
  await page.evaluate(() => Object.assign(window, { kept: true }));
  await page.getByRole('link', { name: 'mdeberta-v3, lr 3e-5' }).click();
  await expect(page.getByRole('heading', { name: 'mdeberta-v3, lr 3e-5' })).toBeVisible();
  await page.getByRole('link', { name: 'Experiments' }).click();
  await expect(page.getByRole('link', { name: '客服意图识别' })).toBeVisible();
  expect(await page.evaluate(() => (window as { kept?: boolean }).kept)).toBe(true);
});
