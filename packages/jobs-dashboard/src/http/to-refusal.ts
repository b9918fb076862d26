import { JobsError, type Logger, PayloadInvalidError, RequestFailedError } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { Refusal } from './refusal.ts'

/** Errors about the request itself. Their messages contain only what the request named, and names in code. */
const statusByCode: Readonly<Record<string, number>> = {
  invalid_option: 400,
  not_serializable: 400,
  tenant_required: 400,
  unknown_event: 400,
  payload_too_large: 413,
  unsupported_feature: 501,
}

/** Errors whose messages would tell more than the request. */
const fixed: Readonly<Record<string, [status: number, message: string]>> = {
  definition_not_found: [404, 'This process has no such definition.'],
  job_not_found: [404, 'No job has this id. The engine may have removed it.'],
  job_not_retryable: [409, 'Only a failed job can be retried, and this one is not failed now.'],
  job_not_visible: [503, 'The engine does not show this job yet. Try again.'],
  tenant_mismatch: [400, 'The request names another tenant.'],
}

const engineFailures = new Set(['request_failed', 'send_failed', 'store', 'client_closed', 'provider_not_installed'])

/**
 * Turns any error into an answer. The message of an unexpected one goes only to the log, because it may name other
 * tenants, keys or files; the answer has an id to find it.
 */
export function toRefusal(error: unknown, logger: Logger): Refusal {
  if (error instanceof Refusal) return error
  if (JobsError.isInstance(error)) {
    const { code, message } = error
    if (PayloadInvalidError.isInstance(error)) {
      const issues = error.issues.slice(0, 100).map(({ path, message: text }) => ({
        path,
        // The schema's own message can list the tenants.
        message: path === 'payload.tenantId' ? 'The event does not accept this tenant.' : text,
      }))
      return new Refusal(422, code, 'The payload does not match the schema of its event.', { issues })
    }
    const [status, text] = fixed[code] ?? [statusByCode[code], message]
    if (status !== undefined) return new Refusal(status, code, text)
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
