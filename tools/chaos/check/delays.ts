import type { Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'no job starts before its delay is over'

/** Checks that no delayed job starts early. */
export function checkDelays({ entries, intended }: IndexedEvidence): Finding[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'started') return []
    const { notBefore } = intended.get(entry.item) ?? {}
    if (notBefore === undefined || entry.wall >= notBefore) return []
    return { rule, job: entry.job, item: entry.item, message: `started ${notBefore - entry.wall} ms too early` }
  })
}
