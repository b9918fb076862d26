const RealDate = globalThis.Date

/** Returns the time of the machine's wall clock in epoch milliseconds, whatever `moveClock` has done to that of this process. */
export function wallMs(): number {
  return RealDate.now()
}

/** Moves the wall clock of this process, as if it ran on a machine with a wrong clock. */
export function moveClock(byMs: number): void {
  globalThis.Date = class extends RealDate {
    constructor(...values: []) {
      // A class cannot pass on which of the overloads was called.
      if (values.length > 0) super(...values)
      else super(RealDate.now() + byMs)
    }

    static override now(): number {
      return RealDate.now() + byMs
    }
  } as DateConstructor
}
