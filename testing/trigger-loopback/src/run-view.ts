import { createJsonErrorObject, type RunStatus, type TaskRunStatus } from '@trigger.dev/core/v3'
import { getUserProvidedIdempotencyKey } from '@trigger.dev/core/v3/serverOnly'
import { parsePacketAsJson } from '@trigger.dev/core/v3/utils/ioSerialization'
import type { Engine } from './engine.ts'
import { isFinal } from './is-final.ts'
import type { Packet, Run } from './run.ts'

const statuses: Readonly<Record<TaskRunStatus, RunStatus>> = {
  DELAYED: 'DELAYED',
  PENDING_VERSION: 'PENDING_VERSION',
  WAITING_FOR_DEPLOY: 'PENDING_VERSION',
  PENDING: 'QUEUED',
  PAUSED: 'WAITING',
  WAITING_TO_RESUME: 'WAITING',
  DEQUEUED: 'DEQUEUED',
  RETRYING_AFTER_FAILURE: 'EXECUTING',
  EXECUTING: 'EXECUTING',
  CANCELED: 'CANCELED',
  COMPLETED_SUCCESSFULLY: 'COMPLETED',
  SYSTEM_FAILURE: 'SYSTEM_FAILURE',
  CRASHED: 'CRASHED',
  INTERRUPTED: 'FAILED',
  COMPLETED_WITH_ERRORS: 'FAILED',
  EXPIRED: 'EXPIRED',
  TIMED_OUT: 'TIMED_OUT',
}
const queued = new Set<RunStatus>(['QUEUED', 'DELAYED', 'PENDING_VERSION'])
const executing = new Set<RunStatus>(['EXECUTING', 'DEQUEUED'])
const completed = new Set<RunStatus>(['COMPLETED', 'CANCELED', 'FAILED', 'CRASHED', 'SYSTEM_FAILURE'])

/** Returns a run's status as the API names it. */
export function apiStatus(run: Run): RunStatus {
  return statuses[run.status]
}

/** Returns the flags such as `isCompleted`. TIMED_OUT and EXPIRED set none of them. */
function statusFlags(status: RunStatus): Record<string, boolean> {
  return {
    isQueued: queued.has(status),
    isExecuting: executing.has(status),
    isWaiting: status === 'WAITING',
    isCompleted: completed.has(status),
    isFailed: completed.has(status) && status !== 'COMPLETED',
    isSuccess: status === 'COMPLETED',
    isCancelled: status === 'CANCELED',
  }
}

/** Returns a run as a read by id shows it. */
export async function retrieveView(engine: Engine, run: Run): Promise<object> {
  const { runs } = engine
  const parent = run.parentId === undefined ? undefined : runs.find(run.parentId)
  const root = run.rootId === undefined ? undefined : runs.find(run.rootId)
  return {
    ...(await commonView(engine, run)),
    ...(await packetView(engine, 'payload', run.payload)),
    ...(run.status === 'COMPLETED_SUCCESSFULLY' && (await packetView(engine, 'output', run.output!))),
    error: run.error && createJsonErrorObject(run.error),
    attemptCount: run.attemptNumber ?? 0,
    attempts: [],
    relatedRuns: {
      root: root && (await commonView(engine, root)),
      parent: parent && (await commonView(engine, parent)),
      children: await Promise.all(runs.childrenOf(run).map((child) => commonView(engine, child))),
    },
  }
}

async function packetView(engine: Engine, name: string, packet: Packet): Promise<object> {
  if (packet.dataType !== 'application/store') return { [name]: await parsePacketAsJson(packet) }
  return { [`${name}PresignedUrl`]: `${engine.url()}/loopback-store/${encodeURIComponent(packet.data!)}` }
}

/** Returns a run as a list shows it. */
export async function listView(engine: Engine, run: Run): Promise<object> {
  const { tenancy } = engine
  return {
    ...(await commonView(engine, run)),
    finishedAt: isFinal(run) ? (run.completedAt ?? run.updatedAt) : undefined,
    env: { id: tenancy.environmentId, name: 'dev', user: 'loopback' },
    taskKind: run.annotations.taskKind,
  }
}

async function commonView({ tenancy, workers }: Engine, run: Run): Promise<object> {
  const status = apiStatus(run)
  const wait = run.resumeParentOnCompletion ? 'AndWait' : ''
  return {
    id: run.friendlyId,
    taskIdentifier: run.taskIdentifier,
    idempotencyKey: getUserProvidedIdempotencyKey({
      idempotencyKey: run.idempotencyKey ?? null,
      idempotencyKeyOptions: run.idempotencyKeyOptions ?? null,
    }),
    version: run.workerId === undefined ? undefined : workers.byId(run.workerId)?.version,
    status,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    updatedAt: run.updatedAt,
    finishedAt: run.completedAt,
    expiredAt: run.expiredAt,
    delayedUntil: run.delayUntil,
    ttl: run.ttl,
    costInCents: 0,
    baseCostInCents: 0,
    durationMs: run.usageDurationMs,
    isTest: run.isTest,
    depth: run.depth,
    tags: run.tags.toSorted((a, b) => a.localeCompare(b)),
    ...statusFlags(status),
    triggerFunction: `${run.batchId === undefined ? 'trigger' : 'batchTrigger'}${wait}`,
    batchId: run.batchId,
    metadata: await parsePacketAsJson(run.metadata),
    region: tenancy.environmentId,
  }
}
