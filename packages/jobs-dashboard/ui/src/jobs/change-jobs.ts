import type { ChangedJson, JobIdsBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { RequestError } from '../api/request-error.ts'
import { tenant } from '../app/session.ts'
import { showToast } from '../app/toasts.ts'

/** Retries or cancels jobs by their ids. Shows a message and returns `undefined` if the request failed. */
export async function changeJobs(action: 'retry' | 'cancel', ids: readonly string[]): Promise<ChangedJson | undefined> {
  return attempt(() => act<ChangedJson>(action, { tenant: tenant.value }, { ids } satisfies JobIdsBody))
}

/** Does an action. Shows a message and returns `undefined` if it failed. */
export async function attempt<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await action()
  } catch (error) {
    showToast('failed', error instanceof RequestError ? error.message : String(error))
    return undefined
  }
}
