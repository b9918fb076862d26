import type { Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'an idempotency key creates one job'

/** Checks that all sends with a key created one job, however many processes sent it or were killed. */
export function checkKeys({ intended, sent, jobsOf }: IndexedEvidence): Finding[] {
  const idsOf = new Map<string, Set<string>>()
  for (const { key, item } of intended.values()) {
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
      message: `\`${key}\` created ${ids.size} jobs: ${[...ids].join(', ')}`,
    }))
}
