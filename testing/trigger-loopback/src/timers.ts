/** Named timers, which can be cancelled. */
export interface Timers {
  /** Sets a timer. Replaces a timer with the same name. */
  set(name: string, at: Date, action: () => void): void
  has(name: string): boolean
  clear(name: string): void
  /** Pauses all timers. Timers that become due during the pause fire at its end. */
  stop(): void
  goOn(): void
}

const maxTimerMs = 2 ** 31 - 1 // a longer delay overflows `setTimeout`, which then fires at once
const pollMs = 100

/**
 * Creates timers on a clock that may jump. Polls the clock if it is not the machine's. They do not keep a process
 * alive.
 */
export function createTimers(now: () => Date, jumps: boolean): Timers {
  const entries = new Map<string, { at: Date; action: () => void }>()
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const arm = (): void => {
    clearTimeout(timer)
    if (stopped || entries.size === 0) return
    const next = Math.min(...[...entries.values()].map(({ at }) => at.getTime()))
    const leftMs = Math.max(0, next - now().getTime())
    timer = setTimeout(fire, Math.min(leftMs, jumps ? pollMs : maxTimerMs)).unref()
  }
  const fire = (): void => {
    const due = [...entries]
      .filter(([, { at }]) => at <= now())
      .toSorted(([, a], [, b]) => a.at.getTime() - b.at.getTime())
    for (const [name, { action }] of due) {
      entries.delete(name)
      action()
    }
    arm()
  }
  return {
    set(name, at, action) {
      entries.set(name, { at, action })
      arm()
    },
    has: (name) => entries.has(name),
    clear: (name) => void entries.delete(name),
    stop() {
      stopped = true
      clearTimeout(timer)
    },
    goOn() {
      stopped = false
      arm()
    },
  }
}
