import { limitedMessage } from '@cgk-platform/jobs-core/tools'

const statusByCode: Readonly<Record<string, number>> = {
  definition_not_found: 404,
  job_not_found: 404,
  job_not_retryable: 409,
  job_not_signalable: 409,
  job_not_visible: 503,
  payload_too_large: 413,
  unsupported_feature: 501,
}

/** Returns what a user may know of an error, by its code. `undefined`: nothing, because its message may tell more. */
export function describedError(error: {
  readonly code?: string
  readonly message: string
}): { readonly status: number; readonly message: string } | undefined {
  const message = limitedMessage(error)
  return message === undefined ? undefined : { status: statusByCode[error.code ?? ''] ?? 400, message }
}
