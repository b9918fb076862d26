/** Errors about a call itself. Their messages contain only what the call named, and names in code. */
const shown: readonly string[] = [
  'invalid_option',
  'not_serializable',
  'payload_invalid',
  'payload_too_large',
  'tenant_required',
  'unknown_event',
  'unsupported_feature',
]

/** Errors whose messages would tell more than the call. */
const replaced: Readonly<Record<string, string>> = {
  definition_not_found: 'This process has no such definition.',
  job_not_found: 'No job has this id. The engine may have removed it.',
  job_not_retryable: 'Only a failed job can be retried, and this one is not failed now.',
  job_not_signalable: 'Only the job of a workflow that has not ended can get a signal.',
  job_not_visible: 'The engine does not show this job yet. Try again.',
  tenant_mismatch: 'The request names another tenant.',
}

/**
 * Returns what a user of one tenant may know of an error of `limitToTenant`, by its code. `undefined`: nothing, because
 * the message, such as that of an engine, can name jobs of other tenants.
 */
export function limitedMessage({
  code = '',
  message,
}: {
  readonly code?: string
  readonly message: string
}): string | undefined {
  return shown.includes(code) ? message : replaced[code]
}
