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
  /** Interval of the passes that hand runs to workers. Default: at once, as in development. */
  readonly passMs?: number | undefined
  now(): Date
  makeId(): string
}

/** Maximum number of runs of a queue in one pass. A concurrency key has one of them. */
const maxRunsPerPass = 10

/** Creates queues with a limit per name, or per name and concurrency key for runs with a key. */
export function createRunQueue({ timers, passMs, now, makeId }: RunQueueOptions): RunQueue {
  const queues = new Map<string, QueueState>()
  const waiting = new Map<string, { readonly run: Run; readonly score: number }>()
  const running = new Map<string, Run>()
  const listeners = new Set<() => void>()
  /** The runs that a pass handed to the workers. */
  const ready = new Set<string>()
  let passedAt = Number.NEGATIVE_INFINITY

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

  const due = (): Run[] => {
    const found = [...waiting.values()].filter(({ score }) => score <= now().getTime())
    return found.toSorted((a, b) => a.score - b.score).map(({ run }) => run)
  }
  const pass = (everyMs: number): void => {
    if (now().getTime() < passedAt + everyMs) return
    passedAt = now().getTime()
    timers.set('pass', new Date(passedAt + everyMs), changed)
    for (const name of queues.keys()) {
      const keys = new Set<string>()
      const next = due().filter(({ queue, concurrencyKey = '', friendlyId }) => {
        if (queue !== name || ready.has(friendlyId) || keys.has(concurrencyKey)) return false
        if (concurrencyKey !== '') keys.add(concurrencyKey)
        return true
      })
      for (const { friendlyId } of next.slice(0, maxRunsPerPass)) ready.add(friendlyId)
    }
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
      if (passMs !== undefined) pass(passMs)
      const next = due().find((run) => hasRoom(run) && (passMs === undefined || ready.has(run.friendlyId)))
      if (!next) return undefined
      ready.delete(next.friendlyId)
      waiting.delete(next.friendlyId)
      running.set(next.friendlyId, next)
      return next
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
