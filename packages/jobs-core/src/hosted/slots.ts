/** A limited number of slots for work that runs at the same time. */
export interface Slots {
  /** Waits for a free slot, in the order of the calls. Returns a function that frees the slot. */
  take(): Promise<() => void>
}

/** Creates slots. @param count - maximum number taken at once */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count
  const release = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return release
    },
  }
}
