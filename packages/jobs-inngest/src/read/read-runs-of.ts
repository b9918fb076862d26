import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EnginePage, EngineRun } from '../api/engine-shapes.ts'
import { timeOfId } from '../wire/event-id.ts'
import { currentRuns } from './current-runs.ts'
import type { EventHandlers } from './event-handlers.ts'
import type { JobReader } from './job-reader.ts'
import { receivedAtOf } from './missing-runs.ts'

/** The services that reading runs needs. */
export interface RunsOfDependencies {
  readonly api: EngineApi
  readonly handlers: EventHandlers
  readonly reader: Pick<JobReader, 'runs'>
}

/** Facts that save requests. */
export interface RunsOfOptions {
  /** True if the events are the newest: all later runs are then read as well, and retries are among them. */
  readonly areNewest?: boolean
  /** Runs that are known already. */
  readonly known?: readonly EngineRun[]
  /** True if only the events without runs matter: retries are then not looked for. */
  readonly isOnlyFirst?: boolean
}

/** Maximum number of runs in a response of Inngest. */
const maxRuns = 100
/** Maximum difference of the clocks of Inngest's servers. */
const marginMs = 250
/** Maximum time between an event and its first runs for a time range to tell them. */
const spreadMs = 4000
/** Maximum number of requests for the runs since the oldest of the newest events. */
const maxNewestRequests = 4

/**
 * Reads the runs of events, and returns a function that returns those of an event, oldest first. Inngest has no request
 * for the runs of several events, so this reads all runs of the times of the events, and then those of single events
 * that can have others: without a run, although a function handles them; failed, because they can have been retried.
 */
export async function readRunsOf(
  events: readonly EngineEvent[],
  { api, handlers, reader }: RunsOfDependencies,
  { areNewest = false, known = [], isOnlyFirst = false }: RunsOfOptions = {},
): Promise<(event: EngineEvent) => readonly EngineRun[]> {
  const found = new Map(events.map(({ internal_id: id }) => [id, new Map<string, EngineRun>()]))
  const add = (runs: readonly EngineRun[]): void => {
    for (const run of runs) for (const id of run.trigger?.eventIds ?? []) found.get(id)?.set(run.id, run)
  }
  const runsOf = ({ internal_id: id }: EngineEvent): readonly EngineRun[] =>
    currentRuns([...(found.get(id)?.values() ?? [])].toSorted((one, other) => (one.id < other.id ? -1 : 1)))

  if (events.length === 0) return () => []
  add(known)
  const ranges = areNewest ? [{ events, until: undefined }] : toRanges(events)
  const ends = await Promise.all(ranges.map((range) => readRange({ ...range, isOnlyFirst }, api, add)))
  const coveredUntil = new Map(ranges.flatMap((range, index) => range.events.map((event) => [event, ends[index]!])))
  const hasAll = areNewest && ends.every((end) => end === Infinity)
  const isOpen = async (event: EngineEvent): Promise<boolean> => {
    const runs = runsOf(event)
    const endsAt = receivedAtOf(event) + spreadMs
    if (endsAt >= coveredUntil.get(event)!) return true
    if (hasAll) return false
    if (runs.length > 0)
      return !isOnlyFirst && runs.some((run, ...of) => canHaveLater(run, ...of) || queuedAtOf(run) > endsAt)
    return (await handlers.of(event, []))?.length !== 0
  }
  await Promise.all(
    events.map(async (event) => {
      if (await isOpen(event)) add((await reader.runs(event.internal_id)).map((run) => withEvent(run, event)))
    }),
  )
  return runsOf
}

/** Events whose runs one range of time contains. */
interface Range {
  readonly events: readonly EngineEvent[]
  /** The end of the range, epoch milliseconds; absent: now. */
  readonly until: number | undefined
}

/** Groups events by time, so that few other runs are read. */
function toRanges(events: readonly EngineEvent[]): Range[] {
  const ranges: EngineEvent[][] = []
  for (const event of events.toSorted((one, other) => receivedAtOf(one) - receivedAtOf(other))) {
    const last = ranges.at(-1)?.at(-1)
    if (last && receivedAtOf(event) <= receivedAtOf(last) + spreadMs) ranges.at(-1)!.push(event)
    else ranges.push([event])
  }
  return ranges.map((each) => ({ events: each, until: receivedAtOf(each.at(-1)!) + spreadMs }))
}

/** Reads the runs of a range. Returns the time until which they are known, epoch milliseconds. */
async function readRange(
  { events, until, isOnlyFirst }: Range & Pick<RunsOfOptions, 'isOnlyFirst'>,
  api: EngineApi,
  add: (runs: readonly EngineRun[]) => void,
): Promise<number> {
  const from = Math.min(...events.map(receivedAtOf)) - marginMs
  // More requests than events would cost more than the runs of each event.
  const maxRequests = until === undefined ? maxNewestRequests : events.length
  let end = -Infinity
  let cursor: string | undefined
  for (let requests = 0; requests < maxRequests; requests++) {
    const page = await api.get<EnginePage<EngineRun>>('list the runs', '/v2/runs', {
      ...{ includeOutput: isOnlyFirst ? undefined : 'true', limit: maxRuns, order: 'ASC', cursor },
      from: new Date(Math.max(0, from)).toISOString(),
      until: until === undefined ? undefined : new Date(until + 1).toISOString(),
    })
    const runs = page?.data ?? []
    add(runs)
    cursor = page?.page?.hasMore ? page.page.cursor : undefined
    if (cursor === undefined || runs.length === 0) return Infinity
    end = queuedAtOf(runs.at(-1)!)
  }
  return end
}

/** Returns true for a failed run that no later one of the list retries, and for a queued one: `step.restart` may continue it. */
function canHaveLater(
  { status, app, function: { id } }: EngineRun,
  index: number,
  runs: readonly EngineRun[],
): boolean {
  const isRetried = () => runs.slice(index + 1).some((run) => run.function.id === id && run.app.id === app.id)
  return (status === 'FAILED' || status === 'QUEUED') && !isRetried()
}

/** A run of a batch names only the first of its events. */
function withEvent(run: EngineRun, { internal_id: id }: EngineEvent): EngineRun {
  return { ...run, trigger: { eventIds: [id] } }
}

/** Returns when a run was queued, epoch milliseconds: its id contains the time. */
export function queuedAtOf({ id, queuedAt }: EngineRun): number {
  return timeOfId(id) ?? Date.parse(queuedAt)
}
