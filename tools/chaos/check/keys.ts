import type { Finding, Story } from './story.ts'

const rule = 'an idempotency key makes one job'

/** However many processes send with a key, and whichever of them die meanwhile. */
export function checkKeys({ wanted, sent, jobsOf }: Story): Finding[] {
  const idsOf = new Map<string, Set<string>>()
  for (const { key, item } of wanted.values()) {
    if (key === undefined) continue
    const ids = idsOf.get(key) ?? new Set()
    idsOf.set(key, ids)
    const acknowledged = sent.get(item)
    if (acknowledged) ids.add(acknowledged.job)
    for (const id of jobsOf.get(item) ?? []) ids.add(id)
  }
  return [...idsOf]
    .filter(([, ids]) => ids.size > 1)
    .map(([key, ids]) => ({
      rule,
      job: [...ids][0],
      says: `\`${key}\` has made ${ids.size} jobs: ${[...ids].join(', ')}`,
    }))
}
