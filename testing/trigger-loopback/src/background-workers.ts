import type { BackgroundWorkerMetadata, QueueManifest, TaskResource } from '@trigger.dev/core/v3'
import { BackgroundWorkerId, sanitizeQueueName } from '@trigger.dev/core/v3/isomorphic'

/** A registered version of the user's tasks. */
export interface BackgroundWorkerRecord {
  readonly id: string
  readonly friendlyId: string
  readonly version: string
  readonly contentHash: string
  readonly metadata: BackgroundWorkerMetadata
  readonly tasks: ReadonlyMap<string, TaskResource>
}

/** The versions of the environment. The newest is the current one. */
export interface BackgroundWorkers {
  register(metadata: BackgroundWorkerMetadata): BackgroundWorkerRecord
  current(): BackgroundWorkerRecord | undefined
  byVersion(version: string): BackgroundWorkerRecord | undefined
  byId(friendlyId: string): BackgroundWorkerRecord | undefined
  all(): readonly BackgroundWorkerRecord[]
}

/** Creates an empty list of versions. */
export function createBackgroundWorkers(now: () => Date): BackgroundWorkers {
  const workers: BackgroundWorkerRecord[] = []
  const today = (): string => now().toISOString().slice(0, 10).replaceAll('-', '')
  return {
    register(metadata) {
      // The same code keeps its version, for example after a restart of `dev`.
      const latest = workers.at(-1)
      if (latest?.contentHash === metadata.contentHash) return latest
      const { id, friendlyId } = BackgroundWorkerId.generate()
      const tasks = new Map(metadata.tasks.map((task) => [task.id, task]))
      const version = `${today()}.${workers.length + 1}`
      const worker = { id, friendlyId, version, contentHash: metadata.contentHash, metadata, tasks }
      workers.push(worker)
      return worker
    },
    current: () => workers.at(-1),
    byVersion: (version) => workers.find((worker) => worker.version === version),
    byId: (friendlyId) => workers.find((worker) => worker.friendlyId === friendlyId),
    all: () => workers,
  }
}

/** Returns the name of a task's queue: the configured one, or the task's default. */
export function queueNameOf(task: TaskResource): string {
  return sanitizeQueueName(task.queue?.name ?? `task/${task.id}`) || sanitizeQueueName(`task/${task.id}`)
}

/** Returns the queues that a version declares, including the default queues of its tasks. */
export function queuesOf({ metadata }: BackgroundWorkerRecord): readonly (QueueManifest & { name: string })[] {
  const named = (metadata.queues ?? []).map((queue) => ({ ...queue, name: sanitizeQueueName(queue.name) }))
  const own = metadata.tasks
    .map((task) => ({ ...task.queue, name: queueNameOf(task) }))
    .filter(({ name }) => !named.some((queue) => queue.name === name))
  return [...named, ...own]
}

/** Returns whether a version declares a queue. */
export function hasQueue(worker: BackgroundWorkerRecord, name: string): boolean {
  return queuesOf(worker).some((queue) => queue.name === name)
}
