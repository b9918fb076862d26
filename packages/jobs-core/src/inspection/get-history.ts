import { invalidOption } from '../options/check-option-names.ts'
import type { HistoryCount } from '../provider/job-inspection.ts'
import type { DefinitionHistory, HistoryInterval } from '../status/definition-history.ts'
import { isEnded } from '../status/job-state.ts'
import type { CheckedHistory } from './inspect-options.ts'
import type { History, ListPage } from './inspect-source.ts'
import { readJobs } from './read-jobs.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
/** Engines count runs by the minute for seven hours, then by the hour. The rest is for clocks that differ. */
const byMinuteMs = 6.5 * hourMs

/** For how long engines count runs by the minute and by the hour, in milliseconds. */
export const historyAge: { readonly minutes: number; readonly hours: number } = {
  minutes: 7 * hourMs,
  hours: 31 * 24 * hourMs,
}

/** The intervals of a time range. Instants are epoch milliseconds. */
export interface HistoryRange {
  readonly since: number
  readonly until: number
  readonly intervalMs: number
}

/** Returns the intervals of a time range, which begin at whole minutes or hours. @param nowMs - epoch milliseconds */
export function historyRange(
  { since: givenSince, until: givenUntil, intervals = 60 }: Omit<CheckedHistory, 'definitionId'>,
  nowMs: number,
): HistoryRange {
  const until = givenUntil ?? nowMs
  const since = givenSince ?? until - hourMs
  if (since >= until)
    throw invalidOption('since', 'is not before `until`', 'Pass an earlier `since`, or a later `until`.')
  const unit = since >= nowMs - byMinuteMs ? minuteMs : hourMs
  const intervalMs = Math.ceil((until - since) / intervals / unit) * unit
  return { since: Math.floor(since / intervalMs) * intervalMs, until, intervalMs }
}

/** Computes the history of a definition. */
export function toHistory(
  { counts, open, ...read }: History,
  { since, until, intervalMs }: HistoryRange,
): DefinitionHistory {
  const number = Math.max(1, Math.ceil((until - since) / intervalMs))
  const parts = Array.from({ length: number }, (): HistoryCount[] => [])
  let later = 0
  for (const count of counts) {
    const part = Math.floor((count.at - since) / intervalMs)
    if (part >= number) later += opened(count)
    else parts[part]?.push(count)
  }
  const intervals: HistoryInterval[] = []
  let openAtEnd = open === undefined ? undefined : open - later
  for (let at = number - 1; at >= 0; at--) {
    const part = parts[at]!
    const sum = (...outcomes: HistoryCount['outcome'][]): number =>
      part.reduce((total, { outcome, count }) => total + (outcomes.includes(outcome) ? count : 0), 0)
    intervals.unshift({
      start: new Date(since + at * intervalMs),
      created: sum('created'),
      completed: sum('completed'),
      failed: sum('failed'),
      cancelled: sum('cancelled', 'expired', 'superseded'),
      ...(openAtEnd !== undefined && { open: Math.max(0, openAtEnd) }),
      ...percentilesOf(part),
    })
    if (openAtEnd !== undefined) openAtEnd -= part.reduce((total, count) => total + opened(count), 0)
  }
  return { since: new Date(since), until: new Date(until), intervalMs, intervals, ...read }
}

/** Returns by how much runs have changed the number of open ones. */
function opened({ outcome, count }: HistoryCount): number {
  return outcome === 'created' ? count : -count
}

function percentilesOf(counts: readonly HistoryCount[]): Pick<HistoryInterval, 'medianMs' | 'p95Ms'> {
  const timed = counts
    .filter(({ outcome }) => outcome === 'completed' || outcome === 'failed')
    .toSorted((a, b) => a.durationMs - b.durationMs)
  const total = timed.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return {}
  const percentile = (share: number): number => {
    let rank = Math.ceil(share * total)
    return timed.find(({ count }) => (rank -= count) <= 0)!.durationMs
  }
  return { medianMs: percentile(0.5), p95Ms: percentile(0.95) }
}

/** Returns a duration as engines count it: rounded to one digit. */
export function countedDuration(durationMs: number): number {
  return Number(Math.max(0, Math.round(durationMs)).toPrecision(1))
}

/** Counts the runs of the newest jobs, for an engine that does not count them. */
export async function readHistory(
  list: ListPage,
  definitionId: string,
  canFilter: { readonly byDefinition: boolean },
): Promise<History> {
  const { jobs, isComplete, searchedTo } = await readJobs(
    list,
    { ...(canFilter.byDefinition && { definitionId }), order: 'newest', limit: 1000 },
    { maxPages: 1 },
  )
  const runs = jobs.flatMap((job) =>
    job.runs.filter((run) => run.definitionId === definitionId).map((run) => ({ ...run, createdAt: job.createdAt })),
  )
  const counts = runs.flatMap(({ createdAt, startedAt, endedAt, state }): HistoryCount[] => {
    const created = { at: createdAt.getTime(), outcome: 'created' as const, durationMs: 0, count: 1 }
    if (!isEnded(state)) return [created]
    const end = (endedAt ?? createdAt).getTime()
    const durationMs = countedDuration(end - (startedAt?.getTime() ?? end))
    return [created, { at: end, outcome: state as HistoryCount['outcome'], durationMs, count: 1 }]
  })
  const open = runs.filter(({ state }) => !isEnded(state)).length
  return { counts, isComplete, ...(isComplete && { open }), ...(searchedTo && { searchedTo }) }
}
