import type { Clock, Timer } from '@cgk-platform/jobs-core/provider'
import type { Run } from './run.ts'

/** One request to an app that is due at some time. */
export interface QueueItem {
  readonly id: string
  readonly run: Run
  /** The step that the app shall run; without one it runs the function from the top. */
  readonly stepId?: string
  /** The step that ended before, which tells the app where in its stack it stands. */
  readonly outgoing?: string
  attempt: number
  maxAttempts: number
  atMs: number
  /** What happens instead of a request when the sleep is over. */
  readonly afterSleep?: () => void
  /** How often it was handed out. */
  generation: number
}

/** A limit that an item counts against while it is with the app. */
export interface Place {
  readonly key: string
  readonly limit: number
}

/** Hands out what is due, as far as the limits allow. */
export interface Queue {
  add(item: QueueItem): void
  find(id: string): QueueItem | undefined
  /** Forgets what waits; what is with the app keeps its place until it comes back. */
  removeRun(run: Run): void
  /** Looks again at what waits for a place: the limits have changed. */
  wake(): void
  close(): void
}

/** A queue in order of time; what waits for a place lets others pass, and what waits for its time holds no place. */
export function createQueue(options: {
  readonly clock: Clock
  placesOf(run: Run): Place[]
  /** Answers true where the item is to be handed out again, at its new time. */
  execute(item: QueueItem): Promise<boolean>
}): Queue {
  const { clock, placesOf, execute } = options
  const waiting: QueueItem[] = []
  const running = new Map<string, QueueItem>()
  const taken = new Map<string, number>()
  let timer: Timer | undefined
  let closed = false

  const count = (places: Place[], by: 1 | -1): void => {
    for (const { key } of places) taken.set(key, (taken.get(key) ?? 0) + by)
  }
  const start = async (item: QueueItem, places: Place[]): Promise<void> => {
    count(places, 1)
    running.set(item.id, item)
    item.generation += 1
    const again = await execute(item)
    running.delete(item.id)
    count(places, -1)
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
    for (const item of waiting.filter(({ atMs }) => atMs <= now)) {
      const index = waiting.indexOf(item)
      const places = placesOf(item.run)
      // What was started before it in this loop may have started it too.
      if (index === -1 || places.some(({ key, limit }) => (taken.get(key) ?? 0) >= limit)) continue
      waiting.splice(index, 1)
      void start(item, places)
    }
    const next = waiting.find(({ atMs }) => atMs > now)
    if (next) timer = clock.setTimer(next.atMs - now, pump)
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
