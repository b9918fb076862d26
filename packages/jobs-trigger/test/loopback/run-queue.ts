import type { QueueManifest } from '@trigger.dev/core/v3'

import type { Run } from './run.ts'
import type { Timers } from './timers.ts'

/** A queue by its name. */
export interface QueueState {
  readonly friendlyId: string
  readonly name: string
  readonly type: 'task' | 'custom'
  concurrencyLimit: number | undefined
}

/** Runs that wait for a worker and the places that running ones hold. */
export interface RunQueue {
  /** The limits of a new worker version; they hold for the whole environment. */
  declare(queues: readonly (QueueManifest & { name: string })[], ownQueues: ReadonlySet<string>): void
  queues(): readonly QueueState[]
  /** Counts of a queue: who waits and who runs. */
  counts(name: string): { queued: number; running: number }
  add(run: Run, notBefore?: Date): void
  /** Takes a run out, and frees the place that it held. */
  remove(run: Run): void
  /** The next run that may go, with a place of its own. */
  take(): Run | undefined
  /** Calls back when a run may have become free to go. */
  onChange(listener: () => void): () => void
}

/** What the queues are made with. */
export interface RunQueueParts {
  readonly timers: Timers
  now(): Date
  makeId(): string
}

/** Queues with limits per name, or per name and concurrency key where a run has one. */
export function createRunQueue({ timers, now, makeId }: RunQueueParts): RunQueue {
  const queues = new Map<string, QueueState>()
  const waiting = new Map<string, { readonly run: Run; readonly score: number }>()
  const running = new Map<string, Run>()
  const listeners = new Set<() => void>()

  const changed = (): void => {
    for (const listener of [...listeners]) listener()
  }
  const hasRoom = ({ queue, concurrencyKey }: Run): boolean => {
    const limit = queues.get(queue)?.concurrencyLimit
    if (limit === undefined) return true
    const beside = [...running.values()].filter((run) => run.queue === queue && run.concurrencyKey === concurrencyKey)
    return beside.length < limit
  }
  /** A run that becomes due by itself must wake those who wait for it. */
  const wakeLater = (): void => {
    const later = [...waiting.values()].map(({ score }) => score).filter((score) => score > now().getTime())
    if (later.length > 0) timers.set('queue', new Date(Math.min(...later)), () => (wakeLater(), changed()))
  }

  return {
    declare(declared, ownQueues) {
      for (const { name, concurrencyLimit } of declared) {
        const limit = typeof concurrencyLimit === 'number' ? Math.max(concurrencyLimit, 0) : undefined
        const queue = queues.get(name)
        if (queue) queue.concurrencyLimit = limit
        else {
          const type = ownQueues.has(name) ? 'task' : 'custom'
          queues.set(name, { friendlyId: makeId(), name, type, concurrencyLimit: limit })
        }
      }
      changed()
    },
    queues: () => [...queues.values()],
    counts: (name) => ({
      queued: [...waiting.values()].filter(({ run }) => run.queue === name).length,
      running: [...running.values()].filter(({ queue }) => queue === name).length,
    }),
    add(run, notBefore) {
      running.delete(run.friendlyId)
      const score = notBefore?.getTime() ?? run.queueTimestamp.getTime() - run.priorityMs
      waiting.set(run.friendlyId, { run, score })
      wakeLater()
      changed()
    },
    remove({ friendlyId }) {
      waiting.delete(friendlyId)
      running.delete(friendlyId)
      changed()
    },
    take() {
      const due = [...waiting.values()].filter(({ score }) => score <= now().getTime())
      const next = due.toSorted((a, b) => a.score - b.score).find(({ run }) => hasRoom(run))
      if (!next) return undefined
      waiting.delete(next.run.friendlyId)
      running.set(next.run.friendlyId, next.run)
      return next.run
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
