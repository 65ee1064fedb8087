import { EMPTY } from './addresses';
import { expect, test } from './expect-clean';

test('the root leads to the runs', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/runs$/);
  await expect(page.getByRole('link', { name: 'mdeberta-v3, lr 3e-5' })).toBeVisible();
});

test('filter, state and page live in the address, and Back undoes them', async ({ page }) => {
  await page.goto('/runs');
  await expect(page.getByRole('link', { name: 'Weekly drift check' })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('addition');
  await expect(page).toHaveURL(/q=addition/);
  await expect(page.getByText(/^8\d runs$/)).toBeVisible();
  await page.getByRole('button', { name: 'Older' }).click();
  await expect(page).toHaveURL(/page=/);
  await expect(page.getByText(/Rows 51 to 8\d/)).toBeVisible();
  await page.goBack();
  await expect(page.getByText('Rows 1 to 50')).toBeVisible();
});

test('a filter by state reads as a phrase and can be taken away', async ({ page }) => {
  await page.goto('/runs');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'Failed' }).click();
  await expect(page).toHaveURL(/state=FAILED/);
  await expect(page.getByText('2 runs')).toBeVisible();
  await page.getByRole('button', { name: 'Remove filter' }).click();
  await expect(page).not.toHaveURL(/state/);
});

test('rows are reached, selected and archived by keys, and archiving is undone', async ({ page }) => {
  await page.goto('/runs?q=addition');
  await expect(page.getByRole('link', { name: 'addition 80' })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await expect(page.getByText('2 selected')).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.getByText('2 runs archived')).toBeVisible();
  await expect(page.getByRole('link', { name: 'addition 80' })).toBeHidden();
  await page.keyboard.press('z');
  await expect(page.getByRole('link', { name: 'addition 80' })).toBeVisible();
});

test('new runs come in at the top by themselves, and wait while one reads below', async ({ page, request }) => {
  await page.goto('/runs');
  const link = page.getByRole('link', { name: 'Weekly drift check' });
  await expect(link).toBeVisible();
  const list = (await (await request.get('/apis/millrace/v1/runs?q=addition&page_size=1')).json()) as { runs: { version: { id: string }; pipeline: { id: string } }[] };
  const run = list.runs[0];
  const start = (name: string) => request.post('/apis/v2beta1/runs', { data: { display_name: name, pipeline_version_reference: { pipeline_id: run?.pipeline.id, pipeline_version_id: run?.version.id } } });
  await start('arrives by itself');
  await expect(page.getByRole('link', { name: 'arrives by itself' })).toBeVisible();
  await page.locator('[data-row="40"]').scrollIntoViewIfNeeded();
  await start('waits');
  await expect(page.getByRole('button', { name: '1 new run' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'waits', exact: true })).toBeHidden();
  await page.getByRole('button', { name: '1 new run' }).click();
  await expect(page.getByRole('link', { name: 'waits', exact: true })).toBeVisible();
});

test('with no runs the page gives the program that makes one, with this address in it', async ({ page }) => {
  await page.goto(`${EMPTY.address}/runs`);
  await expect(page.getByText('No runs yet')).toBeVisible();
  await expect(page.getByText(`client.Client(host='${EMPTY.address}')`)).toBeVisible();
});

test('the palette finds runs, pages and commands by name', async ({ page }) => {
  await page.goto('/runs');
  await expect(page.getByRole('link', { name: 'Weekly drift check' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('mdeberta');
  await expect(page.getByRole('option', { name: /mdeberta-v3/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { name: 'mdeberta-v3, lr 3e-5' })).toBeVisible();
});

test('the sheet lists the keys in force', async ({ page }) => {
  await page.goto('/runs');
  await expect(page.getByRole('link', { name: 'Weekly drift check' })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('Extend the selection');
});

test('Chinese is spoken when chosen, and stays', async ({ page }) => {
  await page.goto('/runs');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitemradio', { name: '中文' }).click();
  await expect(page.getByRole('heading', { name: '运行' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: '运行' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});
