import { notUnderstood, type WorkflowRecord } from '@cgk-platform/jobs-core/provider'
import {
  type AwaitableEvent,
  isEventTaken,
  matchesEvent,
  mapWithConcurrency,
  signalOf,
} from '@cgk-platform/jobs-core/hosted'

import type { EngineRunStatus, ListedRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { eventPayloadOf } from '../read/event-runs.ts'
import { mayMatch, readSentRecord } from '../wire/sent-record.ts'
import { jobsTagOf, referenceTag } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'
import { wasOpen } from './find-waits.ts'
import type { EventWait } from './open-waits.ts'

/** A wait for an event of a tenant, and the times of its token by the server's clock. */
export interface EndingWait {
  readonly step: EventWait
  /** The record of its run. */
  readonly record: WorkflowRecord
  readonly tenantId: string
  readonly openedAt: Date
  /** When the token ended. Absent while it waits: events whose runs begin then still complete it. */
  readonly closedAt: Date | undefined
}

type LateEventApi = Pick<TriggerApi, 'list' | 'retrieve'>

/** Time after which a list shows what happened, in milliseconds. It is about one second behind. */
export const listLagMs = 1500
/** Runs are listed by the server's clock, and events also count by the clocks of sender and worker. */
const clockToleranceMs = 5000
const pageSize = 100
/** Number of runs to read at once if their payloads decide. */
const maxParallelReads = 10

const open: readonly EngineRunStatus[] = ['PENDING_VERSION', 'DELAYED', 'QUEUED', 'DEQUEUED', 'EXECUTING', 'WAITING']
const ended: readonly EngineRunStatus[] = ['COMPLETED', 'FAILED', 'CRASHED', 'SYSTEM_FAILURE', 'TIMED_OUT']

/** Maximum number of earlier events of its name and tenant that a wait with `since` reads. */
export const maxPastEvents = 1000

/**
 * Finds the earliest event that was sent during a wait but whose run could not complete the token: it has not begun, or
 * it began after the token had ended. A cancelled event does not count, nor a delayed one that is due after the wait.
 *
 * @throws {RequestFailedError}
 */
export async function findLateEvent(wait: EndingWait, api: LateEventApi): Promise<AwaitableEvent | undefined> {
  return findFirst(await listCandidates(wait, api), wait, api)
}

/**
 * Finds the earliest event since the `since` of a wait whose token was just created. Cancelled events and delayed ones
 * that are not due do not count.
 *
 * @param now - the time by the server's clock, in epoch milliseconds
 *
 * @throws {RequestFailedError}
 */
export async function findPastEvent(
  wait: Omit<EndingWait, 'closedAt'>,
  now: number,
  api: LateEventApi,
): Promise<AwaitableEvent | 'too many' | undefined> {
  const found = await listRuns(wait, [...open, ...ended], () => true, api, maxPastEvents)
  if (found.length > maxPastEvents) return 'too many'
  const runs = found.filter((run) => dueAt(run) <= now && isCandidate(run, wait))
  return findFirst(runs.toSorted(bySend), wait, api)
}

/** Reads the events of runs in their order until one fits. */
async function findFirst(
  candidates: readonly ListedRun[],
  wait: Omit<EndingWait, 'closedAt'>,
  api: LateEventApi,
): Promise<AwaitableEvent | undefined> {
  const { step, record } = wait
  const runs = candidates.filter((run) => !isEventTaken(record, step, { id: run.id, sentAt: sentAtOf(run) }))
  const parallel = step.match ? maxParallelReads : 1
  for (let from = 0; from < runs.length; from += parallel) {
    const events = await mapWithConcurrency(runs.slice(from, from + parallel), (run) => readEvent(run, wait, api))
    const found = events.find((event) => event && matchesEvent(step.match, event.payload))
    if (found) return found
  }
  return undefined
}

/** Lists the runs of events that may end the wait, the earliest first. */
async function listCandidates(wait: EndingWait, api: LateEventApi): Promise<ListedRun[]> {
  const { closedAt } = wait
  const endedLate = ({ finishedAt }: ListedRun): boolean => finishedAt !== undefined && finishedAt >= closedAt!
  const found = await Promise.all([
    listRuns(wait, open, () => true, api),
    // A run that ended before has looked for the token in time. Runs are listed about in the order of their ends.
    closedAt ? listRuns(wait, ended, endedLate, api) : [],
  ])
  const unique = new Map(found.flat().map((run) => [run.id, run]))
  const candidates = [...unique.values()].filter((run) => isCandidate(run, wait))
  return candidates.toSorted((one, other) => dueAt(one) - dueAt(other) || (one.id < other.id ? -1 : 1))
}

/** Lists runs, those of signals by their job, newest first, until a page has none for which `counts` returns true, or there are more than `max`. */
async function listRuns(
  { step, tenantId, openedAt }: Omit<EndingWait, 'closedAt'>,
  status: readonly EngineRunStatus[],
  counts: (run: ListedRun) => boolean,
  api: LateEventApi,
  max = Number.POSITIVE_INFINITY,
): Promise<ListedRun[]> {
  const { event, match, startedAt, since = startedAt, until = startedAt } = step
  const from = openedAt.getTime()
  const query = {
    tag: signalOf(event) === undefined ? jobsTagOf(tenantId) : referenceTag(String(match?.['jobId'])),
    taskIdentifier: eventTaskId(event),
    status,
    from: new Date(from + since - startedAt - clockToleranceMs),
    to: new Date(from + until - startedAt + clockToleranceMs),
    limit: pageSize,
  }
  const found: ListedRun[] = []
  let after: string | undefined
  do {
    const { runs, next } = await api.list(`find events for the wait \`${step.key}\``, { ...query, after })
    const counted = runs.filter(counts)
    found.push(...counted)
    after = runs.length > 0 && counted.length === 0 ? undefined : next
  } while (after !== undefined && found.length <= max)
  return found
}

function isCandidate(run: ListedRun, { step, tenantId, openedAt }: Omit<EndingWait, 'closedAt'>): boolean {
  const { startedAt, until = startedAt } = step
  const isDue = run.delayedUntil === undefined || dueAt(run) <= openedAt.getTime() + until - startedAt
  const sent = readSentRecord(run.metadata)
  if (!isDue || !sent) return isDue
  return sent.tenantId === tenantId && mayMatch(sent, step.match) && wasSentDuring({ step, openedAt }, run, sent.at)
}

/** Orders runs by the sends of their events. */
function bySend(one: ListedRun, other: ListedRun): number {
  return sentAtOf(one) - sentAtOf(other) || (one.id < other.id ? -1 : 1)
}

function sentAtOf({ metadata, createdAt }: ListedRun): number {
  return readSentRecord(metadata)?.at ?? createdAt.getTime()
}

function dueAt({ delayedUntil, createdAt }: ListedRun): number {
  return (delayedUntil ?? createdAt).getTime()
}

/** Reads the event that an event's run carries. A manual retry carries one that was sent before. */
async function readEvent(
  { id }: ListedRun,
  { step, tenantId, openedAt }: Omit<EndingWait, 'closedAt'>,
  api: LateEventApi,
): Promise<AwaitableEvent | undefined> {
  const run = await api.retrieve(`read the run ${id}`, id)
  if (!run) return undefined
  const { envelope, retry } = eventPayloadOf(run)
  const { event, payload, sentAt } = envelope
  const isRead = !retry && notUnderstood(envelope).length === 0
  const counts = isRead && envelope.tenantId === tenantId && wasSentDuring({ step, openedAt }, run, sentAt)
  return counts ? { id, event, payload, sentAt } : undefined
}

function wasSentDuring(
  { step, openedAt }: Pick<EndingWait, 'step' | 'openedAt'>,
  { createdAt }: Pick<ListedRun, 'createdAt'>,
  sentAt: number,
): boolean {
  const { startedAt, until = startedAt, since } = step
  return wasOpen({ startedAt, until, since }, openedAt, { sentAt, createdAt: createdAt.getTime() })
}
