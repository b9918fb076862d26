import type { AttemptEntry, Finding, Of, Story } from './story.ts'

const rule = 'no tenant has more runs under way than its limit'

/** Counts what was under way at once for each tenant, as far as its workers were well: others take over what they had. */
export function checkConcurrency(
  story: Story,
  definition: string,
  perTenant: number,
): { findings: Finding[]; most: number } {
  const changes = new Map<string, { at: number; by: 1 | -1; job: string }[]>()
  for (const entries of story.byRun.values()) {
    for (const began of entries) {
      if (began.what !== 'began' || began.definition !== definition) continue
      const { tenant, job, at } = began
      const its = changes.get(tenant) ?? []
      changes.set(tenant, its)
      its.push({ at, by: 1, job }, { at: Math.max(at, endOf(began, entries, story)), by: -1, job })
    }
  }
  const findings: Finding[] = []
  let most = 0
  for (const [tenant, its] of changes) {
    let [now, isTold] = [0, false]
    for (const { by, job } of its.toSorted((one, other) => one.at - other.at || one.by - other.by)) {
      now += by
      most = Math.max(most, now)
      if (now <= perTenant || isTold) continue
      isTold = true
      findings.push({ rule, job, says: `\`${tenant}\` had ${now} runs under way at once` })
    }
  }
  return { findings, most }
}

/** When it had ended, or others may have taken its place. */
function endOf(began: Of<'began'>, entries: readonly AttemptEntry[], { troubles }: Story): number {
  const { attempt, by, at } = began
  const ended = entries.find((entry) => entry.what === 'ended' && entry.attempt === attempt && entry.by === by)
  const next = entries.find((entry) => entry.attempt > attempt)
  const to = Math.min(ended?.at ?? Number.POSITIVE_INFINITY, next?.at ?? Number.POSITIVE_INFINITY)
  return Math.min(to, troubles.firstAt(by, { from: at, to }))
}
