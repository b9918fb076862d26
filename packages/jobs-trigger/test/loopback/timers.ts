/** What shall happen later, by name, so that it can be called off. */
export interface Timers {
  /** Replaces what was set under the name. */
  set(name: string, at: Date, action: () => void): void
  has(name: string): boolean
  clear(name: string): void
  /** Nothing happens any more until it goes on; what became due meanwhile happens then. */
  stop(): void
  goOn(): void
}

const longestMs = 2 ** 31 - 1 // more overflows `setTimeout`, which then fires at once
const glanceMs = 100

/** Timers on a clock that may jump, which is looked at often where it is not the machine's; no process stays alive for them. */
export function createTimers(now: () => Date, jumps: boolean): Timers {
  const entries = new Map<string, { at: Date; action: () => void }>()
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const arm = (): void => {
    clearTimeout(timer)
    if (stopped || entries.size === 0) return
    const next = Math.min(...[...entries.values()].map(({ at }) => at.getTime()))
    const leftMs = Math.max(0, next - now().getTime())
    timer = setTimeout(fire, Math.min(leftMs, jumps ? glanceMs : longestMs)).unref()
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
