import type { Clock, Timer } from '../time/clock.ts'
import type { AwaitedStep } from './awaited-step.ts'
import { stepDueAt } from '../steps/workflow-record.ts'

/** The steps that wait for a time, an event or a job, with a timer for the first one to become due. */
export class StepWaits {
  readonly #clock: Clock
  readonly #onDue: () => void
  readonly #waits = new Map<string, AwaitedStep>()
  /** The time for which the timer that has just fired was set. */
  #firedAt = Number.NEGATIVE_INFINITY
  #timer: { readonly at: number; readonly timer: Timer } | undefined

  /** @param onDue - called when the timer of `arm` fires */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  get size(): number {
    return this.#waits.size
  }

  add(called: AwaitedStep): void {
    this.#waits.set(called.step.key, called)
  }

  /** Removes and returns a waiting step, if there is one with this key. */
  take(key: string): AwaitedStep | undefined {
    const called = this.#waits.get(key)
    this.#waits.delete(key)
    return called
  }

  /** Removes and returns the due steps, the earliest first. */
  takeDue(): AwaitedStep[] {
    // A timer follows elapsed time, so its steps are due even if the wall clock was set back.
    const now = Math.max(this.#clock.now(), this.#firedAt)
    this.#firedAt = Number.NEGATIVE_INFINITY
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

  /** Sets the timer while the replay continues, because steps are running or during the grace time. */
  arm(): void {
    const at = this.nextDueAt()
    if (at === undefined || at === this.#timer?.at) return
    this.disarm()
    const timer = this.#clock.setTimer(Math.max(0, at - this.#clock.now()), () => {
      this.#timer = undefined
      this.#firedAt = at
      this.#onDue()
    })
    this.#timer = { at, timer }
  }

  disarm(): void {
    this.#timer?.timer.cancel()
    this.#timer = undefined
  }
}
