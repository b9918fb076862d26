import type { DequeuedMessage } from '@trigger.dev/core/v3'
import { getMaxDuration } from '@trigger.dev/core/v3/isomorphic'
import { hasQueue } from './background-workers.ts'
import type { Engine } from './engine.ts'
import { machinePreset } from './machine-presets.ts'
import type { Run } from './run.ts'
import { addSnapshot, latestSnapshot, toExecutionResult } from './snapshots.ts'

/** Waits for the next run for a worker, at most `waitMs`. */
export async function dequeueWhenReady(
  engine: Engine,
  waitMs: number,
  disconnected = new AbortController().signal,
): Promise<DequeuedMessage | undefined> {
  const until = Date.now() + waitMs
  for (;;) {
    if (disconnected.aborted) return undefined
    const message = dequeueRun(engine)
    if (message || Date.now() >= until) return message
    await queueChanged(engine, until - Date.now(), disconnected)
  }
}

/** Takes the next run. A run whose task or queue its version lacks waits for another version. */
function dequeueRun(engine: Engine): DequeuedMessage | undefined {
  for (;;) {
    const run = engine.queue.take()
    if (!run) return undefined
    const message = lockToWorker(engine, run)
    if (message) return message
  }
}

function lockToWorker(engine: Engine, run: Run): DequeuedMessage | undefined {
  const { tenancy, workers } = engine
  if (latestSnapshot(run).executionStatus !== 'QUEUED') {
    engine.queue.remove(run)
    return undefined
  }
  const worker = run.workerId === undefined ? workers.current() : workers.byId(run.workerId)
  const task = worker?.tasks.get(run.taskIdentifier)
  if (!worker || !task || !hasQueue(worker, run.queue)) {
    run.status = 'PENDING_VERSION'
    addSnapshot(engine, run, 'RUN_CREATED', 'Run is waiting for a worker version that knows its task and queue')
    engine.queue.remove(run)
    return undefined
  }

  const { machine } = task
  const preset = machinePreset(run.machine ?? (machine && 'preset' in machine ? machine.preset : undefined))
  const carried = latestSnapshot(run).completedWaitpoints
  run.maxAttempts ||= task.retry?.maxAttempts
  run.maxDuration = getMaxDuration(run.maxDuration, task.maxDuration)
  run.lockedRetryConfig ??= task.retry
  run.workerId = worker.friendlyId
  run.machine = preset.name
  run.startedAt ??= engine.now()
  run.status = 'DEQUEUED'
  addSnapshot(engine, run, 'PENDING_EXECUTING', 'Run was dequeued for execution', carried)
  return {
    version: '1',
    dequeuedAt: engine.now(),
    snapshot: toExecutionResult(run).snapshot,
    workerQueueLength: 0,
    completedWaitpoints: [...carried],
    backgroundWorker: {
      id: worker.id,
      friendlyId: worker.friendlyId,
      version: worker.version,
      runtime: worker.metadata.runtime,
    },
    deployment: {},
    run: {
      id: run.id,
      friendlyId: run.friendlyId,
      isTest: run.isTest,
      isReplay: run.replayedFrom !== undefined,
      machine: preset,
      attemptNumber: (run.attemptNumber ?? 0) + 1,
      masterQueue: tenancy.environmentId,
      traceContext: run.traceContext,
      annotations: run.annotations,
    },
    environment: { id: tenancy.environmentId, type: 'DEVELOPMENT' },
    organization: { id: tenancy.organizationId },
    project: { id: tenancy.projectId },
    placementTags: [{ key: 'paid', values: ['true'] }],
  }
}

function queueChanged({ queue }: Engine, waitMs: number, disconnected: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      clearTimeout(timer)
      disconnected.removeEventListener('abort', done)
      resolve()
    }
    const stop = queue.onChange(done)
    const timer = setTimeout(done, Math.max(waitMs, 1)).unref()
    disconnected.addEventListener('abort', done)
  })
}
