import { expect, test } from './expect-clean';

test('what the server says of its install is shown above every page, until it is put away', async ({ page }) => {
  await page.route('**/apis/millrace/v1/server', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), warnings: ['Argo takes about 10 s to go on after a task was decided. Set DEFAULT_REQUEUE_TIME of its workflow-controller to 300ms.', 'The disk is nearly full.'] } });
  });
  await page.goto('/runs');
  const warnings = page.getByRole('complementary', { name: 'Warnings of the server' });
  await expect(warnings).toContainText('Set DEFAULT_REQUEUE_TIME');
  await warnings.getByRole('button', { name: 'Close' }).first().click();
  await expect(warnings).not.toContainText('DEFAULT_REQUEUE_TIME');
  await warnings.getByRole('link', { name: 'Status' }).click();
  await expect(page).toHaveURL(/status$/);
  await expect(warnings.getByRole('link')).toHaveCount(0);
  await page.getByRole('link', { name: 'Pipelines', exact: true }).click();
  await expect(page).toHaveURL(/pipelines/);
  await expect(warnings).toContainText('The disk is nearly full.');
});

test('where nothing is wrong no room is taken', async ({ page }) => {
  await page.goto('/runs');
  await expect(page.getByRole('link', { name: 'mdeberta-v3, lr 3e-5' })).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Warnings of the server' })).toHaveCount(0);
});
