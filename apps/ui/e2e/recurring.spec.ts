import { expect, test } from './expect-clean';

test('the list tells when each runs, what is wrong, and what came of it', async ({ page }) => {
  await page.goto('/recurring-runs');
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await expect(row('Nightly fine-tune')).toContainText('Every day at 02:30');
  await expect(row('Drift check')).toContainText('Every 15 minutes');
  await expect(row('Retrain on release')).toContainText('could not be started');
  await expect(row('Nightly fine-tune').getByRole('link')).toHaveCount(5);
  await page.getByRole('tab', { name: 'Disabled' }).click();
  await expect(page.getByRole('link', { name: '每周报告' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Drift check' })).toHaveCount(0);
});

test('a recurring run shows its next times, its week and its runs, and is switched off and deleted', async ({ page }) => {
  await page.goto('/recurring-runs');
  await page.getByRole('link', { name: 'Nightly fine-tune', exact: true }).click();
  const schedule = page.getByRole('region', { name: 'Schedule' });
  await expect(schedule.getByRole('listitem')).toHaveCount(5);
  await expect(schedule.getByRole('listitem').first()).toContainText('02:30:00');
  await expect(schedule.getByRole('img', { name: /Runs are due in [67] hours of the next seven days/ })).toBeVisible();
  await expect(schedule).toContainText('dataset_uri="s3://tickets/[[ScheduledTime.2006-01-02]]"');
  await expect(page.getByText('4 runs')).toBeVisible();
  await page.getByRole('switch', { name: 'Nightly fine-tune is enabled' }).click();
  await expect(schedule).toContainText('None while it is disabled.');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('those in progress go on');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/recurring-runs$/);
  await expect(page.getByRole('link', { name: 'Nightly fine-tune', exact: true })).toHaveCount(0);
});

test('the form makes one: a cron with a preview by the clocks of the zone, a problem by its field', async ({ page }) => {
  await page.goto('/runs/new');
  await page.getByRole('button', { name: /Choose a pipeline/ }).click();
  await page.keyboard.type('addition');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'On a schedule' }).click();
  await page.getByLabel('Cron', { exact: true }).fill('0 99 * * * *');
  await expect(page.getByRole('alert').filter({ hasText: 'Cron' })).toContainText('field 2 (minutes) is 99; allowed are 0 to 59');
  await page.getByRole('button', { name: 'Weekdays, 9:00' }).click();
  await page.getByRole('button', { name: /Time zone/ }).click();
  await page.keyboard.type('Shanghai');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: '09:00:00' })).toHaveCount(5);
  await page.getByLabel('a', { exact: true }).fill('[[Index]]');
  await page.getByLabel('b', { exact: true }).fill('2');
  await page.getByLabel('Name', { exact: true }).fill('every weekday');
  await page.getByRole('button', { name: 'Create recurring run' }).click();
  await expect(page).toHaveURL(/\/recurring-runs\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { name: 'every weekday' })).toBeVisible();
  const schedule = page.getByRole('region', { name: 'Schedule' });
  await expect(schedule).toContainText('Monday to Friday at 09:00');
  await expect(schedule).toContainText('TZ=Asia/Shanghai 0 0 9 * * MON-FRI');
  await expect(schedule).toContainText('a="[[Index]]"');
});

test('a recurring run opens by its address, and one that is gone says so', async ({ page }) => {
  await page.goto('/recurring-runs');
  await page.getByRole('link', { name: 'Drift check' }).click();
  await expect(page.getByRole('heading', { name: 'Drift check' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('region', { name: 'Schedule' })).toContainText('Every 15 minutes');
  await page.goto('/recurring-runs/nobody');
  await expect(page.getByText('Recurring run nobody does not exist')).toBeVisible();
});

test('a link of the upstream pages leads to the recurring run', async ({ page }) => {
  await page.goto('/#/recurringruns');
  await expect(page).toHaveURL(/\/recurring-runs$/);
});
