import { expect, test } from './expect-clean';

const SECTIONS = ['Pipelines', 'Experiments', 'Recurring runs', 'Status', 'Runs'];

test("the browser's tab has the name of the page, and keeps it", async ({ page }) => {
  await page.goto('/runs');
  await expect(page).toHaveTitle('Runs · Millrace');
  for (const section of [...SECTIONS, ...SECTIONS]) {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: new RegExp(`^${section}`) }).click();
    await expect(page.getByRole('heading', { level: 1, name: section })).toBeVisible();
    await page.waitForLoadState('networkidle');
    // One alone: of two, which one a browser shows depends on which came first.
    expect(await page.locator('head > title').allTextContents()).toEqual([`${section} · Millrace`]);
  }
  await page.getByRole('link', { name: 'Weekly drift check' }).first().click();
  await expect(page).toHaveTitle(/^\w+: Weekly drift check · Millrace$/);
  await page.goBack();
  await expect(page).toHaveTitle('Runs · Millrace');
  await page.goto('/nowhere');
  await expect(page).toHaveTitle('This page does not exist · Millrace');
});
