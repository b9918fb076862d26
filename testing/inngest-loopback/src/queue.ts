import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import type { Run } from './run.ts'

/** A request to an app that is due at a certain time. */
export interface QueueItem {
  readonly id: string
  readonly run: Run
  /** The step to execute. If omitted, the app runs the function from the start. */
  readonly stepId?: string
  /** The step that ended before. It determines the app's position in its stack. */
  readonly outgoing?: string
  attempt: number
  maxAttempts: number
  atMs: number
  /** The time that determines the item's turn once it is due, as long as it has no failed attempt. Default: `atMs`. */
  readonly turnMs?: number
  /** Is called instead of a request at the end of a sleep. */
  readonly afterSleep?: () => void
  /** True if the item starts its run. Throttles count it, and its attempts after the first. */
  readonly isStart?: true
  /** Number of times the item was executed. */
  generation: number
}

/** A limit that applies to an item during its request. */
export interface ConcurrencyLimit {
  readonly key: string
  readonly limit: number
}

/** Executes due items within the limits. */
export interface Queue {
  add(item: QueueItem): void
  find(id: string): QueueItem | undefined
  /** Removes waiting items of a run. A running item counts against its limits until it ends. */
  removeRun(run: Run): void
  /** Checks the waiting items again after limits have changed. */
  wake(): void
  close(): void
}

/** Time before a delayed start in which the real server looks at it, and takes its place in a throttle. */
const lookaheadMs = 2000

/**
 * Creates a queue sorted by time. An item that waits for a limit does not block others, and an item that is not due
 * counts for throttles only, and just before it is due.
 */
export function createQueue(options: {
  readonly clock: Clock
  limitsOf(run: Run): ConcurrencyLimit[]
  throttles: { admits(item: QueueItem): boolean; count(item: QueueItem): void }
  /** Returns true if the item must be executed again, at its new time. */
  execute(item: QueueItem): Promise<boolean>
}): Queue {
  const { clock, limitsOf, throttles, execute } = options
  const waiting: QueueItem[] = []
  const running = new Map<string, QueueItem>()
  const taken = new Map<string, number>()
  let timer: Timer | undefined
  let closed = false

  const count = (limits: ConcurrencyLimit[], by: 1 | -1): void => {
    for (const { key } of limits) taken.set(key, (taken.get(key) ?? 0) + by)
  }
  const start = async (item: QueueItem, limits: ConcurrencyLimit[]): Promise<void> => {
    count(limits, 1)
    if (item.isStart) throttles.count(item)
    running.set(item.id, item)
    item.generation += 1
    const again = await execute(item)
    running.delete(item.id)
    count(limits, -1)
    if (again) insert(item)
    pump()
  }
  const insert = (item: QueueItem): void => {
    const index = waiting.findIndex(({ atMs }) => atMs > item.atMs)
    waiting.splice(index === -1 ? waiting.length : index, 0, item)
  }
  const pump = (): void => {
    if (closed) return
    timer?.cancel()
    const now = clock.now()
    let isThrottled = false
    const due = waiting.filter(({ atMs }) => atMs <= now)
    for (const item of due.toSorted((one, other) => turnOf(one) - turnOf(other))) {
      const index = waiting.indexOf(item)
      const limits = limitsOf(item.run)
      // An item started earlier in this loop can also have started this one.
      if (index === -1 || limits.some(({ key, limit }) => (taken.get(key) ?? 0) >= limit)) continue
      if (item.isStart && !throttles.admits(item)) {
        isThrottled = true
        continue
      }
      waiting.splice(index, 1)
      void start(item, limits)
    }
    for (const item of waiting) {
      if (item.isStart && item.atMs > now && item.atMs <= now + lookaheadMs && throttles.admits(item))
        throttles.count(item)
    }
    const laterMs = waiting.filter(({ atMs }) => atMs > now).map(({ atMs }) => atMs)
    const nextMs = Math.min(...laterMs.map((atMs) => (atMs - lookaheadMs > now ? atMs - lookaheadMs : atMs)))
    // The server looks at throttled items again at the next full second.
    const wakeMs = Math.min(nextMs, isThrottled ? Math.floor(now / 1000) * 1000 + 1000 : nextMs)
    if (wakeMs !== Number.POSITIVE_INFINITY) timer = clock.setTimer(wakeMs - now, pump)
  }

  return {
    add(item) {
      insert(item)
      pump()
    },
    find: (id) => running.get(id) ?? waiting.find((item) => item.id === id),
    removeRun(run) {
      for (const item of waiting.filter((each) => each.run === run)) waiting.splice(waiting.indexOf(item), 1)
    },
    wake: pump,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

function turnOf({ attempt, turnMs, atMs }: QueueItem): number {
  return attempt === 0 && turnMs !== undefined ? turnMs : atMs
}
