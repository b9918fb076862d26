import type { Clock, Timer } from './clock.ts'

/** Maximum delay of a platform timer. A longer one would fire immediately. */
const maxTimerMs = 2 ** 31 - 1

interface TimerHandle {
  ref?(): void
  unref?(): void
}

const { setImmediate: immediate } = globalThis as { setImmediate?: (callback: () => void) => void }

const soon = (callback: () => void): void => {
  if (immediate) immediate(callback)
  else setTimeout(callback, 0)
}

const turn = (): Promise<void> => new Promise(soon)

/** Shared by the callers of one turn, which can be many attempts. */
let sharedYield: Promise<void> | undefined

function yieldOnce(): Promise<void> {
  sharedYield ??= new Promise((resolve) =>
    soon(() => {
      sharedYield = undefined
      // If called from a timer, the first turn comes before other due timers.
      soon(resolve)
    }),
  )
  return sharedYield
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, callback) => createTimer(delayMs, callback),
  turn,
  yield: yieldOnce,
}

function createTimer(delayMs: number, callback: () => void): Timer {
  // Monotonic, so that a change of the wall clock does not affect timers.
  const dueAt = performance.now() + delayMs
  let held = true
  let handle: TimerHandle

  const wait = (): void => {
    const leftMs = dueAt - performance.now()
    handle = setTimeout(leftMs > maxTimerMs ? wait : fire, Math.min(Math.max(0, leftMs), maxTimerMs)) as never
    if (!held) handle.unref?.()
  }
  // Platform timers can fire a millisecond early, but the callback must never run early.
  const fire = (): void => (performance.now() < dueAt ? wait() : callback())

  wait()
  return {
    cancel: () => clearTimeout(handle as never),
    hold(hold) {
      held = hold
      if (hold) handle.ref?.()
      else handle.unref?.()
    },
  }
}
