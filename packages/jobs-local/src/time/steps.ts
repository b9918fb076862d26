import type { TurnLimit } from './turn-limit.ts'

/** Work in steps, each of limited cost. Between two of them, the event loop can do other work. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Does the steps of some work in as many turns of the event loop as `turns` needs. */
export async function doInTurns<T>(steps: Steps<T>, turns: TurnLimit): Promise<T> {
  for (;;) {
    const step = await turns.run(() => steps.next())
    if (step.done) return step.value
  }
}
