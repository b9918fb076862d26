import type { Steps } from '../../src/time/steps.ts'

/** Does all steps of some work at once. Returns its result. */
export function complete<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
