import type { Clock, Timer } from '../time/clock.ts'
import type { AwaitedStep } from './awaited-step.ts'
import { stepDueAt } from './workflow-record.ts'

/** The steps that wait for a time or an answer, and the timer for the first of them to come due. */
export class StepWaits {
  readonly #clock: Clock
  readonly #due: () => void
  readonly #waits = new Map<string, AwaitedStep>()
  #timer: { readonly at: number; readonly timer: Timer } | undefined

  /** @param due - called when the timer that `arm` has set comes due */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock
    this.#due = due
  }

  get size(): number {
    return this.#waits.size
  }

  add(called: AwaitedStep): void {
    this.#waits.set(called.step.key, called)
  }

  /** Takes a step out, where it waits. */
  take(key: string): AwaitedStep | undefined {
    const called = this.#waits.get(key)
    this.#waits.delete(key)
    return called
  }

  /** Takes out what is due, the first to come due first. */
  takeDue(now: number): AwaitedStep[] {
    const due = [...this.#waits.values()].filter(({ step }) => (stepDueAt(step) ?? Number.POSITIVE_INFINITY) <= now)
    for (const { step } of due) this.#waits.delete(step.key)
    return due.toSorted((one, other) => stepDueAt(one.step)! - stepDueAt(other.step)!)
  }

  nextDueAt(): number | undefined {
    let next: number | undefined
    for (const { step } of this.#waits.values()) {
      const at = stepDueAt(step)
      if (at !== undefined && (next === undefined || at < next)) next = at
    }
    return next
  }

  /** Sets the timer, for code that is not left waiting: steps are under way, or it is waited for. */
  arm(): void {
    const at = this.nextDueAt()
    if (at === undefined || at === this.#timer?.at) return
    this.disarm()
    const timer = this.#clock.setTimer(Math.max(0, at - this.#clock.now()), () => {
      this.#timer = undefined
      this.#due()
    })
    this.#timer = { at, timer }
  }

  disarm(): void {
    this.#timer?.timer.cancel()
    this.#timer = undefined
  }
}
