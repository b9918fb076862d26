import type { Inngest, InngestFunction } from 'inngest'

import { toRetryClaimName } from '../wire/retry-claim.ts'

/** The id of the function that Inngest starts once per retry of a run. */
export const claimFunctionId = 'jobs-retry'

/** Creates the function for claims of retries. It does nothing: the event that starts it decides who retries the run. */
export function createClaimFunction(inngest: Inngest.Any): InngestFunction.Any {
  const triggers = [{ event: toRetryClaimName(inngest.id) }]
  return inngest.createFunction({ id: claimFunctionId, name: 'Retries of jobs', triggers }, () => undefined)
}
