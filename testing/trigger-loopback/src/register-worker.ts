import type { BackgroundWorkerMetadata } from '@trigger.dev/core/v3'
import { type BackgroundWorkerRecord, hasQueue, queueNameOf, queuesOf } from './background-workers.ts'
import type { Engine } from './engine.ts'
import { enqueueRun } from './enqueue-run.ts'
import type { Schedules } from './schedules.ts'
import { ServiceError } from './service-error.ts'

/** Makes a version of the user's tasks the current one, and releases the runs that waited for its tasks. */
export function registerWorker(
  engine: Engine,
  schedules: Schedules,
  metadata: BackgroundWorkerMetadata,
): BackgroundWorkerRecord {
  const doubled = metadata.tasks.filter(({ id }, index) => metadata.tasks.findIndex((task) => task.id === id) < index)
  if (doubled.length > 0) throw new ServiceError(`Duplicate task ids: ${doubled.map(({ id }) => id).join(', ')}`, 400)
  schedules.sync(metadata.tasks)
  const worker = engine.workers.register(metadata)
  const own = new Set(metadata.tasks.filter(({ queue }) => !queue?.name).map(queueNameOf))
  engine.queue.declare(queuesOf(worker), own)
  for (const run of engine.runs.all()) {
    if (run.status !== 'PENDING_VERSION') continue
    if (worker.tasks.has(run.taskIdentifier) && hasQueue(worker, run.queue)) enqueueRun(engine, run)
  }
  return worker
}
