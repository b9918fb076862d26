import { randomBytes } from 'node:crypto'

import type { TriggerTaskRequestBody } from '@trigger.dev/core/v3'
import { clampMaxDuration, RunId, sanitizeQueueName, stringifyDuration } from '@trigger.dev/core/v3/isomorphic'
import { type BackgroundWorkerRecord, queueNameOf } from './background-workers.ts'
import { blockRun, completeWaitpoint } from './block-run.ts'
import { parseDelay } from './durations.ts'
import type { Engine } from './engine.ts'
import { enqueueRun, enqueueWhenDue } from './enqueue-run.ts'
import { outputOf } from './finish-run.ts'
import { idempotencyKeyExpiry, keyedRun } from './idempotency.ts'
import { isFinal } from './is-final.ts'
import { metadataPacket } from './metadata.ts'
import type { Packet, Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import { addSnapshot } from './snapshots.ts'

/** The context of a trigger request. */
export interface TriggerContext {
  readonly traceContext?: Record<string, unknown>
  readonly source?: string
  readonly action?: string
  readonly scheduleId?: string
  readonly replayedFrom?: string
  readonly batchId?: string
  readonly batchIndex?: number
  /** The tick of a schedule, which becomes the creation time of the run. */
  readonly at?: Date
}

/** Creates a run, or returns the one with the same idempotency key. */
export function triggerRun(
  engine: Engine,
  taskIdentifier: string,
  { payload, options = {} }: TriggerTaskRequestBody,
  context: TriggerContext = {},
): { run: Run; isCached: boolean } {
  const tags = [options.tags ?? []].flat()
  if (Array.isArray(options.tags) && tags.length > 10) {
    throw new ServiceError(`Runs can only have 10 tags, you're trying to set ${tags.length}.`)
  }
  const parent = options.parentRunId === undefined ? undefined : engine.runs.find(options.parentRunId)
  if (options.resumeParentOnCompletion && parent && isFinal(parent)) {
    throw new ServiceError(`Cannot trigger ${taskIdentifier} as the parent run has a status of ${parent.status}`)
  }
  const cached = options.idempotencyKey && keyedRun(engine, taskIdentifier, options.idempotencyKey)
  const wait = options.resumeParentOnCompletion ? { parent, ...context } : undefined
  if (cached) {
    if (wait) waitForRun(engine, cached, wait)
    return { run: cached, isCached: true }
  }

  const locked = lockedWorker(engine, options.lockToVersion)
  const { id, friendlyId } = RunId.generate()
  const delayUntil = parseDelay(engine, options.delay)
  const task = (locked ?? engine.workers.current())?.tasks.get(taskIdentifier)
  const now = engine.now()
  const metadata = metadataPacket(options.metadata, options.metadataType)
  const run: Run = {
    id,
    friendlyId,
    taskIdentifier,
    payload: payloadPacket(payload, options.payloadType),
    queue: queueOf(engine, taskIdentifier, options.queue?.name, locked),
    concurrencyKey: options.concurrencyKey,
    depth: parent ? parent.depth + 1 : 0,
    isTest: options.test ?? false,
    createdAt: context.at ?? now,
    updatedAt: now,
    parentId: parent?.friendlyId,
    rootId: parent ? (parent.rootId ?? parent.friendlyId) : undefined,
    resumeParentOnCompletion: options.resumeParentOnCompletion ?? false,
    replayedFrom: context.replayedFrom,
    scheduleId: context.scheduleId,
    batchId: context.batchId,
    priorityMs: (options.priority ?? 0) * 1000,
    traceContext: { ...context.traceContext, traceparent: newTraceparent() },
    annotations: annotationsOf(context, parent, task?.triggerSource),
    idempotencyKeyOptions: options.idempotencyKeyOptions,
    queueTimestamp: context.at ?? delayUntil ?? now,
    idempotencyKey: options.idempotencyKey,
    idempotencyKeyExpiresAt: options.idempotencyKey
      ? idempotencyKeyExpiry(engine, options.idempotencyKeyTTL)
      : undefined,
    status: delayUntil ? 'DELAYED' : 'PENDING',
    tags: tags.filter((tag) => tag.trim() !== ''),
    metadata,
    seedMetadata: metadata,
    ttl: ttlOf(options.ttl, task?.ttl),
    delayUntil,
    startedAt: undefined,
    completedAt: undefined,
    expiredAt: undefined,
    attemptNumber: undefined,
    maxAttempts: options.maxAttempts,
    maxDuration: options.maxDuration ? clampMaxDuration(options.maxDuration) : undefined,
    machine: options.machine,
    output: undefined,
    error: undefined,
    usageDurationMs: 0,
    workerId: locked?.friendlyId,
    lockedRetryConfig: undefined,
    queueAttempts: 0,
    snapshots: [],
    streams: new Map(),
  }
  engine.runs.add(run)
  if (wait) waitForRun(engine, run, wait)
  if (delayUntil) {
    addSnapshot(engine, run, 'DELAYED', 'Run is delayed')
    enqueueWhenDue(engine, run)
  } else enqueueRun(engine, run)
  return { run, isCached: false }
}

/** Blocks the parent until the run has ended. */
function waitForRun(
  engine: Engine,
  run: Run,
  { parent, batchId, batchIndex }: Pick<TriggerContext, 'batchId' | 'batchIndex'> & { parent: Run | undefined },
): void {
  const type = 'RUN'
  const known = engine.waitpoints.ofRun(run.friendlyId)
  const waitpoint = known ?? engine.waitpoints.add({ type, createdAt: engine.now(), runId: run.friendlyId })
  if (isFinal(run)) completeWaitpoint(engine, waitpoint, outputOf(run))
  const place = { ...(batchId !== undefined && { batchId }), ...(batchIndex !== undefined && { index: batchIndex }) }
  if (parent) blockRun(engine, parent, { waitpoint, ...place })
}

/** Returns the trace of a run for the spans of its worker. */
function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}

function lockedWorker({ workers }: Engine, version: string | undefined): BackgroundWorkerRecord | undefined {
  if (version === undefined) return undefined
  const worker = workers.byVersion(version)
  if (worker) return worker
  throw new ServiceError('Something went wrong', 500) // the real server's message is also lost
}

function queueOf(engine: Engine, taskId: string, named: string | undefined, locked?: BackgroundWorkerRecord): string {
  const own = sanitizeQueueName(`task/${taskId}`)
  const task = (locked ?? engine.workers.current())?.tasks.get(taskId)
  if (named !== undefined) return sanitizeQueueName(named) || own
  if (locked && !task) throw new ServiceError(`Task '${taskId}' not found on locked version '${locked.version}'.`)
  return task ? queueNameOf(task) : own
}

/** Returns the TTL: the sender's, the task's, or ten minutes as in development. 0 means none. */
function ttlOf(sent: string | number | undefined, taskTtl: string | number | undefined): string | undefined {
  if (sent !== undefined) return typeof sent === 'number' ? stringifyDuration(sent) : sent
  if (taskTtl !== undefined) return typeof taskTtl === 'number' ? stringifyDuration(taskTtl) : taskTtl
  return '10m'
}

function payloadPacket(payload: unknown, type = 'application/json'): Packet {
  if (type === 'application/json') return packet(JSON.stringify(payload), type)
  return packet(typeof payload === 'string' ? payload : undefined, type)
}

function packet(data: string | undefined, dataType: string): Packet {
  return data === undefined ? { dataType } : { data, dataType }
}

function annotationsOf(
  context: TriggerContext,
  parent: Run | undefined,
  triggerSource: string | undefined,
): Run['annotations'] {
  const source = context.source ?? 'api'
  return {
    triggerSource: source,
    triggerAction: context.action ?? 'trigger',
    rootTriggerSource: parent?.annotations.rootTriggerSource ?? source,
    taskKind: triggerSource === 'schedule' ? 'SCHEDULED' : 'STANDARD',
    ...(context.scheduleId && { rootScheduleId: context.scheduleId }),
  }
}
