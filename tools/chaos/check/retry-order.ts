import type { AttemptEntry, EntryOf, Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'a retry queues behind what came due before it'
/** Attempts of one run that may begin while a newer job waits: it may come due while workers take other jobs. */
const maxAttempts = 3

/**
 * Counts the attempts that each retried run began, of those that followed a scripted failure, while a newer job of its
 * tenant and definition waited. The newer job comes due before the second of them, so it must start before it.
 */
export function checkRetryOrder(evidence: IndexedEvidence): { findings: Finding[]; max: number } {
  const retriedOf = new Map<string, EntryOf<'sending'>[]>()
  for (const intended of evidence.intended.values()) {
    const { kind, group = '' } = intended
    if (kind === 'retried at once') retriedOf.set(group, [...(retriedOf.get(group) ?? []), intended])
  }
  const findings: Finding[] = []
  let max = 0
  for (const { item, kind, group = '' } of evidence.intended.values()) {
    const sent = kind === 'newer' ? evidence.sent.get(item) : undefined
    const startedAt = sent && evidence.byId.get(sent.job)?.runs[0]?.startedAt?.getTime()
    if (!sent || startedAt === undefined) continue
    const wait = { from: sent.at, to: startedAt - evidence.wallAheadMs }
    const began = (retriedOf.get(group) ?? []).map((retried) => beganAgain(entriesOf(evidence, retried), wait))
    const most = Math.max(0, ...began)
    max = Math.max(max, most)
    if (most <= maxAttempts) continue
    const message = `started after ${most} retries of a run that came due later`
    findings.push({ rule, job: sent.job, item, message })
  }
  return { findings, max }
}

function entriesOf({ sent, byId, byRun }: IndexedEvidence, { item }: EntryOf<'sending'>): readonly AttemptEntry[] {
  const run = byId.get(sent.get(item)?.job ?? '')?.runs[0]
  return run ? (byRun.get(run.id) ?? []) : []
}

/** Counts the attempts that began in a span after the attempt before them had failed in it. */
function beganAgain(entries: readonly AttemptEntry[], { from, to }: { from: number; to: number }): number {
  const inside = entries.filter(({ at }) => at > from && at < to)
  return inside.filter(
    (entry, index) =>
      entry.type === 'started' &&
      inside
        .slice(0, index)
        .some((other) => other.type === 'ended' && other.how === 'threw' && other.attempt === entry.attempt - 1),
  ).length
}
