import { RequestFailedError } from '@cgk-platform/jobs-core'

import type { RequestFailure } from './request-failure.ts'

const doneAllTheSame = 'It may have been done all the same: read the status before you ask again.'

/**
 * A failure as users see it.
 *
 * @param isChange - whether something was asked for that cannot be taken back
 */
export function toRequestError(
  operation: string,
  { failure, cause }: RequestFailure,
  isChange: boolean,
): RequestFailedError {
  const { problem, status, advice, maybe } = failure
  const asSentence = advice === undefined ? undefined : `${advice[0]!.toUpperCase()}${advice.slice(1)}.`
  const remedy = isChange && maybe ? doneAllTheSame : asSentence
  return new RequestFailedError(
    { provider: 'trigger.dev', operation, problem, status, ...(remedy !== undefined && { remedy }) },
    { cause },
  )
}
