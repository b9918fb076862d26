import type { Finding, Of, Story } from './story.ts'
import type { Trouble } from './troubles.ts'

const rule = 'a cron job ticks once'
const minuteMs = 60_000
/** How long a worker must have been well after a tick for it to have been its to dispatch. */
const wellMs = 3000

/** Each tick made one job for each cron job; none where no worker was there to see it. */
export function checkCronTicks(story: Story, cronJobs: readonly string[]): { findings: Finding[]; ticks: number } {
  const [from, to] = story.ticksBetween
  const findings: Finding[] = []
  let ticks = 0
  for (const id of cronJobs) {
    const jobsOf = new Map<number, string[]>()
    for (const job of story.jobs) {
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
        says: `${nameOf(id, tick)} has made ${jobs.length} jobs: ${jobs.join(', ')}`,
      })
    }
    for (let tick = Math.ceil(from / minuteMs) * minuteMs; tick <= to; tick += minuteMs) {
      if (jobsOf.has(tick) || !somebodyWasWell(story, tick - story.wallAheadMs)) continue
      findings.push({ rule, says: `${nameOf(id, tick)} has made no job` })
    }
  }
  return { findings, ticks }
}

function nameOf(id: string, tick: number): string {
  return `the tick of \`${id}\` at ${new Date(tick).toISOString()}`
}

/** True where a worker was up through the time in which a tick is dispatched. */
function somebodyWasWell({ entries, troubles }: Story, at: number): boolean {
  const [from, to] = [at - wellMs, at + wellMs]
  const up = entries.filter((entry): entry is Of<'up'> => entry.what === 'up' && entry.by.startsWith('w'))
  // Dead is dead for ever.
  const isOver = ({ cause, to: end }: Trouble): boolean => cause !== 'its worker was killed' && end < from
  return up.some((entry) => {
    const its = troubles.all.filter(({ process }) => process === undefined || process === entry.by)
    return entry.at < from && its.every((trouble) => trouble.from > to || isOver(trouble))
  })
}
