import type { Clock, Timer } from './clock.ts'

/** The longest delay that a timer of the platform takes; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

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

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, callback) => createTimer(delayMs, callback),
  turn,
  // Called from a timer, the first turn comes before the other timers that are due.
  yield: () => new Promise((resolve) => soon(() => soon(resolve))),
}

function createTimer(delayMs: number, callback: () => void): Timer {
  // Monotonic, so that setting the wall clock moves no timer.
  const dueAt = performance.now() + delayMs
  let held = true
  let handle: TimerHandle

  const wait = (): void => {
    const leftMs = dueAt - performance.now()
    handle = setTimeout(leftMs > longestTimerMs ? wait : fire, Math.min(Math.max(0, leftMs), longestTimerMs)) as never
    if (!held) handle.unref?.()
  }
  // Timers of the platform may come a millisecond early: what is promised is "not before".
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
