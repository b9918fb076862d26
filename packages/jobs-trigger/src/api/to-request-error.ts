import { RequestFailedError } from '@cgk-platform/jobs-core'

import type { RequestFailure } from './request-failure.ts'

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
  const mayBeDone = isChange && maybe
  return new RequestFailedError({ provider: 'trigger.dev', operation, problem, status, advice, mayBeDone }, { cause })
}
