import type { AttemptEntry, Finding, EntryOf, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'no tenant and no key exceeds its concurrency limit'

/**
 * Counts the concurrent runs of each tenant, or with `hasKey` of each store of a tenant. A run ends for this count when
 * its worker has a fault, as others may take it over.
 */
export function checkConcurrency(
  evidence: IndexedEvidence,
  definition: string,
  limit: number,
  hasKey = false,
): { findings: Finding[]; max: number } {
  const changes = new Map<string, { at: number; by: 1 | -1; job: string }[]>()
  for (const entries of evidence.byRun.values()) {
    for (const started of entries) {
      if (started.type !== 'started' || started.definition !== definition) continue
      const { tenant, job, at, item } = started
      const lane = hasKey ? `${tenant} ${evidence.intended.get(item)?.store}` : tenant
      const its = changes.get(lane) ?? []
      changes.set(lane, its)
      its.push({ at, by: 1, job }, { at: Math.max(at, endOf(started, entries, evidence)), by: -1, job })
    }
  }
  const findings: Finding[] = []
  let max = 0
  for (const [lane, its] of changes) {
    let [running, isReported] = [0, false]
    for (const { by, job } of its.toSorted((one, other) => one.at - other.at || one.by - other.by)) {
      running += by
      max = Math.max(max, running)
      if (running <= limit || isReported) continue
      isReported = true
      findings.push({ rule, job, message: `\`${lane}\` had ${running} concurrent runs; the limit is ${limit}` })
    }
  }
  return { findings, max }
}

/** Returns the time when the attempt ended, or when another worker may have taken the run over. */
function endOf(started: EntryOf<'started'>, entries: readonly AttemptEntry[], { faults }: IndexedEvidence): number {
  const { attempt, by, at } = started
  const ended = entries.find((entry) => entry.type === 'ended' && entry.attempt === attempt && entry.by === by)
  const next = entries.find((entry) => entry.attempt > attempt)
  const to = Math.min(ended?.at ?? Number.POSITIVE_INFINITY, next?.at ?? Number.POSITIVE_INFINITY)
  return Math.min(to, faults.firstAt(by, { from: at, to }))
}
