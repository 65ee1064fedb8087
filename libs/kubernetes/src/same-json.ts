type Members = Readonly<Record<string, unknown>>;

/** Whether two values of JSON are the same, whatever the order of their members: asked of every node of a large Workflow at each of its changes. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((item, index) => isSameJson(item, other[index]));
  let left = 0;
  // Without a list of the members, whose making would take longer than the comparison.
  for (const key in one) {
    if (!Object.hasOwn(other, key) || !isSameJson((one as Members)[key], (other as Members)[key])) return false;
    left += 1;
  }
  for (const _ in other) left -= 1;
  return left === 0;
}
