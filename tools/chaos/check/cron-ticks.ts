import type { Finding, EntryOf, IndexedEvidence } from './indexed-evidence.ts'
import { type Fault, isDeath } from './faults.ts'

const rule = 'each cron tick creates one job'
const minuteMs = 60_000
/** A worker must be healthy for this time before and after a tick to be responsible for it, in milliseconds. */
const healthyMs = 3000

/** Checks that each tick of a cron job created one job. A tick without a healthy worker may have none. */
export function checkCronTicks(
  evidence: IndexedEvidence,
  cronJobs: readonly string[],
): { findings: Finding[]; ticks: number } {
  const [from, to] = evidence.ticksBetween
  const findings: Finding[] = []
  let ticks = 0
  for (const id of cronJobs) {
    const jobsOf = new Map<number, string[]>()
    for (const job of evidence.jobs) {
      if (job.event !== `cron/${id}`) continue
      const tick = (job.runs[0]?.output as { tick?: number } | undefined)?.tick ?? 0
      jobsOf.set(tick, [...(jobsOf.get(tick) ?? []), job.id])
    }
    ticks += jobsOf.size
    for (const [tick, jobs] of jobsOf) {
      if (jobs.length === 1) continue
      findings.push({
        rule,
        job: jobs[0],
        message: `${nameOf(id, tick)} created ${jobs.length} jobs: ${jobs.join(', ')}`,
      })
    }
    for (let tick = Math.ceil(from / minuteMs) * minuteMs; tick <= to; tick += minuteMs) {
      if (jobsOf.has(tick) || !hadHealthyWorker(evidence, tick - evidence.wallAheadMs)) continue
      findings.push({ rule, message: `${nameOf(id, tick)} created no job` })
    }
  }
  return { findings, ticks }
}

function nameOf(id: string, tick: number): string {
  return `the tick of \`${id}\` at ${new Date(tick).toISOString()}`
}

/** Returns true if a worker and the server were up during the time in which a tick is dispatched. */
function hadHealthyWorker({ entries, faults }: IndexedEvidence, at: number): boolean {
  const [from, to] = [at - healthyMs, at + healthyMs]
  const up = entries.filter((entry): entry is EntryOf<'up'> => entry.type === 'up' && entry.by.startsWith('w'))
  // A killed process never comes back. The next one has its own name.
  const isOver = ({ cause, to: end }: Fault): boolean => !isDeath(cause) && end < from
  if (faults.ofServer.some((fault) => fault.from <= to && fault.to >= from)) return false
  return up.some((entry) => {
    const its = faults.all.filter(({ process }) => process === undefined || process === entry.by)
    return entry.at < from && its.every((fault) => fault.from > to || isOver(fault))
  })
}
