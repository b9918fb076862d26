import { RequestError } from '../api/request-error.ts'
import { showToast } from '../app/toasts.ts'

/** Returns the message of a request that failed. */
export function describeProblem(error: unknown): string {
  return error instanceof RequestError ? error.message : String(error)
}

/** Does an action. Shows a message and returns `undefined` if it failed. */
export async function attempt<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await action()
  } catch (error) {
    showToast('failed', describeProblem(error))
    return undefined
  }
}
