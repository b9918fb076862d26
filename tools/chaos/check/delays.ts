import type { Finding, Story } from './story.ts'

const rule = 'nothing begins before its time'

/** A delayed job never begins early. */
export function checkDelays({ entries, wanted }: Story): Finding[] {
  return entries.flatMap((entry) => {
    if (entry.what !== 'began') return []
    const { notBefore } = wanted.get(entry.item) ?? {}
    if (notBefore === undefined || entry.wall >= notBefore) return []
    return { rule, job: entry.job, item: entry.item, says: `began ${notBefore - entry.wall} ms too early` }
  })
}
