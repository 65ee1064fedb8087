/**
 * Which member is to have which shard: the same answer for everybody who sees the same members, in whatever order. Everybody has as many
 * as anybody else, give or take one, and a member that comes or goes moves few shards of the others.
 */
export function assignShards(members: readonly string[], shardCount: number): ReadonlyMap<string, readonly number[]> {
  const sorted = [...new Set(members)].sort();
  const assigned = new Map<string, number[]>(sorted.map((member) => [member, []]));
  if (sorted.length === 0) return assigned;
  const floor = Math.floor(shardCount / sorted.length);
  let above = shardCount % sorted.length;
  for (let shard = 0; shard < shardCount; shard += 1) {
    const ranked = sorted.map((member) => ({ member, weight: weightOf(member, shard) })).sort((a, b) => b.weight - a.weight || (a.member < b.member ? -1 : 1));
    for (const { member } of ranked) {
      const own = assigned.get(member)!;
      if (own.length > floor || (own.length === floor && above === 0)) continue;
      if (own.length === floor) above -= 1;
      own.push(shard);
      break;
    }
  }
  return assigned;
}

function weightOf(member: string, shard: number): number {
  let hash = 0x811c9dc5 ^ shard;
  for (let index = 0; index < member.length; index += 1) hash = Math.imul(hash ^ member.charCodeAt(index), 0x01000193);
  // The last characters would decide little else: names of replicas differ there.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) ^ Math.imul(shard + 1, 0x9e3779b1);
  return (hash ^ (hash >>> 16)) >>> 0;
}
