import { expect, test } from './expect-clean';

test('a file that is no pipeline is refused with every problem, its line and the remedy', async ({ page }) => {
  await page.goto('/pipelines');
  await page.getByTestId('upload').setInputFiles({ name: 'broken.yaml', mimeType: 'application/yaml', buffer: Buffer.from('a: 1') });
  const alert = page.getByRole('alert').filter({ hasText: 'broken' });
  await expect(alert).toContainText('broken.yaml was not stored: 2 problems');
  await expect(alert).toContainText('line 31');
  await expect(alert).toContainText('Did you mean "comp-train"?');
});

test('an uploaded pipeline opens with its graph', async ({ page }) => {
  await page.goto('/pipelines');
  await page.getByTestId('upload').setInputFiles({ name: 'fresh.yaml', mimeType: 'application/yaml', buffer: Buffer.from('pipelineInfo: {}') });
  await expect(page).toHaveURL(/\/pipelines\/[0-9a-f-]+$/);
  await expect(page.getByRole('heading', { name: 'fresh' })).toBeVisible();
  await expect(page.locator('.react-flow__node').first()).toBeVisible();
});

test('versions, YAML and runs of a pipeline are one key or click away', async ({ page }) => {
  await page.goto('/pipelines');
  await page.getByRole('link', { name: 'ticket-intent-finetune' }).click();
  await expect(page.locator('[id="node-root/train-baseline"]')).toBeVisible();
  await page.getByRole('radio', { name: 'YAML' }).click();
  await expect(page.getByText('pipelineInfo')).toBeVisible();
  await page.getByRole('radio', { name: 'Runs' }).click();
  await expect(page.getByRole('link', { name: 'xlmr-base, lr 5e-5, 5 folds' })).toBeVisible();
  await page.getByRole('link', { name: 'v11' }).click();
  await expect(page).toHaveURL(/\/versions\//);
});

test('the form starts a run with typed values and goes to the problem otherwise', async ({ page }) => {
  await page.goto('/runs/new');
  await page.getByRole('button', { name: /Choose a pipeline/ }).click();
  await page.keyboard.type('addition');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('a', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Start run' }).press('Enter');
  await expect(page.getByLabel('a', { exact: true })).toBeFocused();
  await page.getByLabel('a', { exact: true }).fill('1');
  await page.getByLabel('b', { exact: true }).fill('x');
  await expect(page.getByRole('alert').filter({ hasText: 'whole number' })).toContainText('b is not a whole number.');
  await page.getByLabel('b', { exact: true }).fill('2');
  await page.getByRole('radio', { name: 'Python' }).click();
  await expect(page.getByText("'a': 1,")).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/);
});

test('a copied run brings its values, and Form and JSON are the same', async ({ page }) => {
  await page.goto('/runs/new?clone=7f3c2e1a-0000-4000-8000-000000000001');
  await expect(page.getByText('8, of which 3 differ from the default')).toBeVisible();
  await page.getByRole('radio', { name: 'JSON' }).click();
  await expect(page.getByText('"zh-Hans"')).toBeVisible();
  await page.getByRole('radio', { name: 'Form' }).click();
  await expect(page.getByLabel('learning_rate')).toHaveValue('3e-5');
  await page.getByRole('button', { name: 'Reset all' }).click();
  await expect(page.getByLabel('learning_rate')).toHaveValue('1e-5');
});
