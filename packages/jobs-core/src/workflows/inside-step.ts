import { asyncStorage } from '../runs/async-storage.ts'

/** The step whose work is running, told by its run and key. */
export interface CurrentStep {
  readonly replayToken: object
  readonly key: string
  /** False once it has ended: what goes on in its async context (a queue that others share, say) is inside of nothing. */
  isRunning: boolean
}

/** Runs the work of a step, so that a step which it calls is known to be inside of it. */
export function runInsideStep<T>(current: CurrentStep, work: () => T): T {
  const storage = asyncStorage<CurrentStep>('step')
  return storage ? storage.run(current, work) : work()
}

/** The key of the step of this run that the code is inside of, where the platform has an async context. */
export function enclosingStep(run: object): string | undefined {
  const current = asyncStorage<CurrentStep>('step')?.getStore()
  return current?.replayToken === run && current.isRunning ? current.key : undefined
}
