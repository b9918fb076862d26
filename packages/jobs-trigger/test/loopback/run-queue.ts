import type { QueueManifest } from '@trigger.dev/core/v3'

import type { Run } from './run.ts'
import type { Timers } from './timers.ts'

/** A named queue. */
export interface QueueState {
  readonly friendlyId: string
  readonly name: string
  readonly type: 'task' | 'custom'
  concurrencyLimit: number | undefined
}

/** Runs that wait for a worker, and the places of running ones. */
export interface RunQueue {
  /** Sets the limits of a new worker version. They apply to the whole environment. */
  declare(queues: readonly (QueueManifest & { name: string })[], ownQueues: ReadonlySet<string>): void
  queues(): readonly QueueState[]
  /** Returns the number of waiting and running runs of a queue. */
  counts(name: string): { queued: number; running: number }
  add(run: Run, notBefore?: Date): void
  /** Removes a run, and frees its place. */
  remove(run: Run): void
  /** Returns the next run that may start, and gives it a place. */
  take(): Run | undefined
  /** Calls the listener when a run may have become ready. */
  onChange(listener: () => void): () => void
}

/** Options of the queues. */
export interface RunQueueOptions {
  readonly timers: Timers
  now(): Date
  makeId(): string
}

/** Creates queues with a limit per name, or per name and concurrency key for runs with a key. */
export function createRunQueue({ timers, now, makeId }: RunQueueOptions): RunQueue {
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
    const active = [...running.values()].filter((run) => run.queue === queue && run.concurrencyKey === concurrencyKey)
    return active.length < limit
  }
  /** Notifies listeners when a delayed run becomes due. */
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
