import { expect, test } from './expect-clean';

test('what is wrong with the install is said first, with what it means and what to do', async ({ page }) => {
  await page.goto('/runs');
  await page.getByRole('link', { name: 'Status' }).click();
  await expect(page).toHaveURL(/\/status$/);
  await expect(page).toHaveTitle(/^Status/);
  await expect(page.getByText('1 thing cannot work and 1 thing does not work as it should; 2 are fine.')).toBeVisible();
  const findings = page.getByRole('list', { name: 'Findings' }).getByRole('listitem');
  await expect(findings).toHaveCount(4);
  await expect(findings.nth(0)).toContainText('There is no bucket "mlpipeline"');
  await expect(findings.nth(0)).toContainText('Cannot work');
  await expect(findings.nth(1)).toContainText('Set DEFAULT_REQUEUE_TIME of its workflow-controller to 300ms.');
  await expect(findings.nth(1)).toContainText('argo-pace');
});

test('looks again when asked, and says when all is well', async ({ page }) => {
  let mended = false;
  await page.route('**/apis/millrace/v1/doctor', async (route) => {
    const well = [{ check: 'database', verdict: 'ok', what: 'It answers.' }];
    const json = mended ? { examined_at: '2026-11-22T18:01:00.000Z', findings: well } : { examined_at: '2026-11-22T18:00:00.000Z', findings: [{ check: 'database', verdict: 'error', what: 'It is away.', why: 'Nothing works.', remedy: 'Start it.' }] };
    await route.fulfill({ json });
  });
  await page.goto('/status');
  await expect(page.getByText('1 thing cannot work; 0 are fine.')).toBeVisible();
  mended = true;
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByText('All is well in what this server sees.')).toBeVisible();
});

test('a server that cannot say is told as such', async ({ page }) => {
  await page.route('**/apis/millrace/v1/doctor', (route) => route.fulfill({ status: 404, json: { code: 5, message: 'Not here', details: [] } }));
  await page.goto('/status');
  await expect(page.getByRole('alert').filter({ hasText: 'Not here' })).toBeVisible();
});
