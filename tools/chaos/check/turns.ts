import type { EntryOf, Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'tenants take turns from the send on'

/** Number of starts of all tenants while each gets its turn. */
export interface TurnOptions {
  /** Number of slots of the definition, over all workers. */
  readonly slots: number
  /** The most rounds, of as many starts as slots, that a tenant may wait. */
  readonly maxRounds: number
}

/**
 * Counts the starts of a large tenant's jobs from when the only job of a small tenant was sent and due until it starts.
 * Uses the times in the file, because a worker can be paused between a start and its ledger entry.
 */
export function checkTurns(
  evidence: IndexedEvidence,
  { slots, maxRounds }: TurnOptions,
): { findings: Finding[]; max: number } {
  const startsOf = new Map<string, number[]>()
  const small: EntryOf<'sending'>[] = []
  for (const intended of evidence.intended.values()) {
    const { kind, group = '' } = intended
    if (kind === 'small') small.push(intended)
    if (kind !== 'large') continue
    const startedAt = startOf(evidence, intended)
    const starts = startsOf.get(group) ?? []
    startsOf.set(group, starts)
    if (startedAt !== undefined) starts.push(startedAt)
  }
  const waits = small.flatMap((intended) => {
    const { item, group = '', notBefore = 0 } = intended
    const sent = evidence.sent.get(item)
    const startedAt = startOf(evidence, intended)
    if (!sent || startedAt === undefined) return []
    const dueAt = Math.max(sent.at + evidence.wallAheadMs, notBefore)
    const starts = (startsOf.get(group) ?? []).filter((at) => at > dueAt && at < startedAt).length
    return [{ item, job: sent.job, starts }]
  })
  const findings = waits
    .filter(({ starts }) => starts > slots * maxRounds)
    .map(({ item, job, starts }) => ({
      rule,
      job,
      item,
      message: `started after ${starts} jobs of another tenant, ${(starts / slots).toFixed(1)} rounds of ${slots}`,
    }))
  return { findings, max: Math.max(0, ...waits.map(({ starts }) => starts)) }
}

/** Returns when the run of an item first started, in epoch milliseconds. */
function startOf({ sent, byId }: IndexedEvidence, { item }: EntryOf<'sending'>): number | undefined {
  const job = byId.get(sent.get(item)?.job ?? '')
  return job?.runs[0]?.startedAt?.getTime()
}
