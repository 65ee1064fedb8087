import { expect, test } from './expect-clean';

test('opening the panel keeps the graph at its top and the clicked node in view', async ({ page }) => {
  await page.goto('/runs/7f3c2e1a-0000-4000-8000-000000000001');
  const node = page.locator('[id="node-root/import-tickets"]');
  await expect(node).toBeVisible();
  const before = await node.boundingBox();
  await node.click();
  await expect(page.getByRole('region', { name: 'Task import-tickets' })).toBeVisible();
  await page.waitForTimeout(500);
  const after = await node.boundingBox();
  expect(after?.y).toBeCloseTo(before?.y ?? 0, 0);
  // The graph stays in the middle of what is left of its place.
  expect(after?.x ?? 0).toBeLessThan((before?.x ?? 0) - 100);
  const panel = await page.locator('aside').boundingBox();
  expect((after?.x ?? 0) + (after?.width ?? 0)).toBeLessThan(panel?.x ?? 0);
});
