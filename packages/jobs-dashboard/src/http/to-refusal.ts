import type { Logger } from '@cgk-platform/jobs-core'
import { JobsError, PayloadInvalidError, RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { describedError } from './described-error.ts'
import { Refusal } from './refusal.ts'

const engineFailures = new Set(['request_failed', 'send_failed', 'store', 'client_closed', 'provider_not_installed'])

/**
 * Turns any error into an answer. The message of an unexpected one goes only to the log, because it may name other
 * tenants, keys or files; the answer has an id to find it.
 */
export function toRefusal(error: unknown, logger: Logger): Refusal {
  if (error instanceof Refusal) return error
  if (JobsError.isInstance(error)) {
    const { code } = error
    if (PayloadInvalidError.isInstance(error)) {
      const issues = error.issues.slice(0, 100)
      return new Refusal(422, code, 'The payload does not match the schema of its event.', { issues })
    }
    const described = describedError(error)
    if (described) return new Refusal(described.status, code, described.message)
  }
  const logId = crypto.randomUUID().slice(0, 8)
  logger.error('The dashboard could not answer a request.', { logId, error: toErrorInfo(error) })
  if (RequestFailedError.isInstance(error) && error.status === 429) {
    return new Refusal(503, 'engine_busy', 'The engine accepts no more requests for now. Try again later.', { logId })
  }
  if (JobsError.isInstance(error) && engineFailures.has(error.code)) {
    const accepted = error.code === 'send_failed' && (error as { accepted?: unknown }).accepted === 'maybe'
    const message = accepted
      ? 'The engine did not answer. The event may have been accepted.'
      : 'The engine did not answer, or refused.'
    return new Refusal(503, 'engine_failed', `${message} The log has the error under this id.`, { logId })
  }
  return new Refusal(500, 'internal', 'Something failed. The log has the error under this id.', { logId })
}
