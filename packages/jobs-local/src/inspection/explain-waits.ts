import type { JobStatus, WaitReason } from '@cgk-platform/jobs-core'
import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { ownDefinitionIdOf } from '@cgk-platform/jobs-core/scheduling'

import type { StoredJob, StoredRun } from '../records/stored-run.ts'
import { limitOf, pauseOf } from './wait-reason-of.ts'
import type { EngineStore } from '../store/engine-store.ts'

/** The facts on which the waits of a job depend. */
export interface WaitContext {
  readonly store: EngineStore
  readonly host: JobHost
  /** Epoch milliseconds. */
  readonly now: number
  /** The only tenant whose jobs may be named. Absent: all. */
  readonly tenantId: string | undefined
}

/** Adds why the runs of a job wait to its status. What follows from the status alone, the client adds. */
export async function explainWaits<Status extends JobStatus>(
  status: Status,
  job: StoredJob,
  context: WaitContext,
): Promise<Status> {
  if (job.runs.length === 0) {
    const waiting = status.state === 'queued' ? await reasonWithoutRuns(job, context) : undefined
    return waiting ? { ...status, waiting } : status
  }
  const reasons = await Promise.all(job.runs.map((run) => reasonOf(run, context)))
  if (reasons.every((reason) => reason === undefined)) return status
  return {
    ...status,
    runs: status.runs.map((run, index) => ({ ...run, ...(reasons[index] && { waiting: reasons[index] }) })),
  }
}

async function reasonWithoutRuns({ envelope }: StoredJob, { store }: WaitContext): Promise<WaitReason> {
  const { tenantId, event } = envelope
  const paused = pauseOf({ tenantId }, await store.pauses.all())
  if (paused) return paused
  const workers = await store.shared?.workers()
  const own = ownDefinitionIdOf(event)
  const canRun = workers?.some(({ definitionIds }) => own === undefined || definitionIds.includes(own)) ?? true
  return { kind: canRun ? 'turn' : 'worker' }
}

async function reasonOf(run: StoredRun, context: WaitContext): Promise<WaitReason | undefined> {
  const { state, pause, dueAt, gather, definitionId } = run
  const { store, host, now, tenantId } = context
  const definition = host.jobs.get(definitionId)
  if (state === 'scheduled') {
    const until = new Date(dueAt ?? now)
    return { kind: definition && !('debounce' in definition) ? 'delay' : 'debounce', until }
  }
  if (state !== 'queued' && pause !== 'awake') return undefined
  const paused = pauseOf({ definitionId, tenantId: run.job.envelope.tenantId }, await store.pauses.all())
  if (paused) return paused
  const workers = await store.shared?.workers()
  if (workers && !workers.some(({ definitionIds }) => definitionIds.includes(definitionId))) return { kind: 'worker' }
  if (gather && gather.role === undefined && gather.until > now) return { kind: 'batch', until: new Date(gather.until) }
  if (definition && !definition.concurrency && !definition.throttle) return { kind: 'turn' }
  const facts = await store.slotsOf(run)
  const reason = limitOf(run, definition ?? facts.limits ?? {}, facts, now)
  if (tenantId === undefined || reason.kind !== 'limit' || reason.of !== 'definition') return reason
  return { ...reason, heldBy: [] } // jobs of others may hold the slots
}
