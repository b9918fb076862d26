import type { QueueManifest } from '@trigger.dev/core/v3'

import type { Run } from './run.ts'
import type { Timers } from './timers.ts'

/** A named queue. */
export interface QueueState {
  readonly friendlyId: string
  readonly name: string
  readonly type: 'task' | 'custom'
  concurrencyLimit: number | undefined
  /** True if no run may start. Running ones continue, also with a retry in their process. */
  paused: boolean
}

/** Runs that wait for a worker, and the places of running ones. */
export interface RunQueue {
  /** Sets the limits of a new worker version. They apply to the whole environment. */
  declare(queues: readonly (QueueManifest & { name: string })[], ownQueues: ReadonlySet<string>): void
  queues(): readonly QueueState[]
  /** Pauses or resumes a queue. A pause outlasts new worker versions. */
  pause(queue: QueueState, paused: boolean): void
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

/** Number of keys that the server looks at in one pass: those with the oldest waiting runs, whether they have room or not. */
const keysPerPass = 3 * maxRunsPerPass

/** A waiting run. */
interface WaitingRun {
  readonly run: Run
  readonly score: number
  /** True for a new run whose key had room and no waiting run. Development hands it to a worker without a pass. */
  readonly isDirect: boolean
}

/** Creates queues with a limit per name, or per name and concurrency key for runs with a key. */
export function createRunQueue({ timers, passMs, now, makeId }: RunQueueOptions): RunQueue {
  const queues = new Map<string, QueueState>()
  const waiting = new Map<string, WaitingRun>()
  const running = new Map<string, Run>()
  const listeners = new Set<() => void>()
  /** The runs that a pass handed to the workers. */
  const ready = new Set<string>()
  let passedAt = Number.NEGATIVE_INFINITY

  const changed = (): void => {
    for (const listener of [...listeners]) listener()
  }
  const hasRoom = ({ queue, concurrencyKey }: Run): boolean => {
    const { paused, concurrencyLimit: limit } = queues.get(queue) ?? {}
    if (paused === true) return false
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
  /** Returns the keys of each queue that a pass looks at. */
  const keysInPass = (runs: readonly Run[]): Map<string, Set<string | undefined>> => {
    const found = new Map<string, Set<string | undefined>>()
    for (const { queue, concurrencyKey } of runs) {
      const keys = found.get(queue) ?? new Set([undefined])
      if (keys.size <= keysPerPass) found.set(queue, keys.add(concurrencyKey))
    }
    return found
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
          queues.set(name, { friendlyId: makeId(), name, type, concurrencyLimit: limit, paused: false })
        }
      }
      changed()
    },
    queues: () => [...queues.values()],
    pause(queue, paused) {
      queue.paused = paused
      changed()
    },
    counts: (name) => ({
      queued: [...waiting.values()].filter(({ run }) => run.queue === name).length,
      running: [...running.values()].filter(({ queue }) => queue === name).length,
    }),
    add(run, notBefore) {
      running.delete(run.friendlyId)
      const score = notBefore?.getTime() ?? run.queueTimestamp.getTime() - run.priorityMs
      const { queue, concurrencyKey } = run
      const isFirst = ![...waiting.values()].some(
        ({ run: other }) => other.queue === queue && other.concurrencyKey === concurrencyKey,
      )
      const isDirect = passMs === undefined && notBefore === undefined && isFirst && hasRoom(run)
      waiting.set(run.friendlyId, { run, score, isDirect })
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
      const runs = due()
      const keys = keysInPass(runs)
      const next = runs.find((run) => {
        const { friendlyId, queue, concurrencyKey } = run
        const isSeen = waiting.get(friendlyId)!.isDirect || keys.get(queue)!.has(concurrencyKey)
        return isSeen && hasRoom(run) && (passMs === undefined || ready.has(friendlyId))
      })
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
