import { asyncStorage } from '../runtime/async-storage.ts'

/** A step whose work is running. */
export interface CurrentStep {
  readonly replayToken: object
  readonly key: string
  /** False once it has ended. Code that continues in its async context, such as a shared queue, is not inside it. */
  isRunning: boolean
}

/** Runs the work of a step, so that steps called inside it can be detected. */
export function runInsideStep<T>(current: CurrentStep, work: () => T): T {
  const storage = asyncStorage<CurrentStep>('step')
  return storage ? storage.run(current, work) : work()
}

/** Returns the key of the step that the code is inside, or `undefined` without async context on the platform. */
export function enclosingStep(run: object): string | undefined {
  const current = asyncStorage<CurrentStep>('step')?.getStore()
  return current?.replayToken === run && current.isRunning ? current.key : undefined
}
