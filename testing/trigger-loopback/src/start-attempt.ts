import type { StartRunAttemptResult } from '@trigger.dev/core/v3'
import { parsePacket } from '@trigger.dev/core/v3'
import { extractIdempotencyKeyScope, getUserProvidedIdempotencyKey } from '@trigger.dev/core/v3/serverOnly'
import type { Engine } from './engine.ts'
import { machinePreset } from './machine-presets.ts'
import type { Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import { addSnapshot, checkSnapshot, toExecutionResult } from './snapshots.ts'

const deprecated = {
  id: 'deprecated',
  backgroundWorkerId: 'deprecated',
  backgroundWorkerTaskId: 'deprecated',
  status: 'deprecated',
}

/** Starts the next attempt of a dequeued run. */
export async function startAttempt(engine: Engine, run: Run, snapshotId: string): Promise<StartRunAttemptResult> {
  const latest = checkSnapshot(run, snapshotId, 'Snapshot changed inside startRunAttempt', 409)
  if (latest.executionStatus === 'FINISHED' || latest.executionStatus === 'PENDING_CANCEL') {
    throw new ServiceError('Task run is already finished', 400)
  }
  const worker = run.workerId === undefined ? undefined : engine.workers.byId(run.workerId)
  const task = worker?.tasks.get(run.taskIdentifier)
  if (!worker || !task) throw new ServiceError('Task run is not locked', 400)

  run.attemptNumber = (run.attemptNumber ?? 0) + 1
  run.status = 'EXECUTING'
  addSnapshot(engine, run, 'EXECUTING', 'Attempt created, starting execution', latest.completedWaitpoints)
  engine.timers.clear(`expire:${run.friendlyId}`)
  const { tenancy } = engine
  const keyed = { idempotencyKey: run.idempotencyKey ?? null, idempotencyKeyOptions: run.idempotencyKeyOptions ?? null }
  return {
    ...toExecutionResult(run),
    execution: {
      attempt: { number: run.attemptNumber, startedAt: latest.createdAt, ...deprecated },
      run: {
        id: run.friendlyId,
        payload: run.payload.data ?? '',
        payloadType: run.payload.dataType,
        createdAt: run.createdAt,
        tags: [...run.tags],
        isTest: run.isTest,
        isReplay: run.replayedFrom !== undefined,
        idempotencyKey: getUserProvidedIdempotencyKey(keyed),
        idempotencyKeyScope: extractIdempotencyKeyScope(keyed),
        startedAt: run.startedAt ?? run.createdAt,
        maxAttempts: run.maxAttempts,
        version: worker.version,
        metadata: await parsePacket(run.metadata),
        maxDuration: run.maxDuration,
        durationMs: run.usageDurationMs,
        costInCents: 0,
        baseCostInCents: 0,
        traceContext: run.traceContext,
        priority: run.priorityMs === 0 ? undefined : run.priorityMs / 1000,
        parentTaskRunId: run.parentId,
        rootTaskRunId: run.rootId,
        realtimeStreamsVersion: 'v1',
      },
      task: { id: task.id, filePath: task.filePath, exportName: task.exportName },
      queue: { id: engine.queue.queues().find(({ name }) => name === run.queue)?.friendlyId ?? '', name: run.queue },
      environment: { id: tenancy.environmentId, slug: 'dev', type: 'DEVELOPMENT' },
      organization: { id: tenancy.organizationId, slug: 'loopback', name: 'Loopback' },
      project: { id: tenancy.projectId, ref: tenancy.projectRef, slug: 'loopback', name: 'Loopback' },
      machine: machinePreset(run.machine),
      batch: run.batchId === undefined ? undefined : { id: run.batchId },
    },
  }
}

/**
 * Returns extra environment variables of a run's process. Without a telemetry URL, each attempt would take 5 s longer.
 */
export function attemptEnvironment({ url }: Engine, run: Run): Record<string, string> {
  return {
    TRIGGER_API_URL: url(),
    TRIGGER_OTEL_EXPORTER_OTLP_ENDPOINT: `${url()}/otel`,
    TRIGGER_JWT: 'loopback',
    TRIGGER_RUN_ID: run.id,
    TRIGGER_MACHINE_PRESET: machinePreset(run.machine).name,
  }
}
