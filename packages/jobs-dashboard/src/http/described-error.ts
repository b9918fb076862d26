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

/** Returns what a user may know of an error, by its code. `undefined`: nothing, because its message may tell more. */
export function describedError({
  code,
  message,
}: {
  readonly code?: string
  readonly message: string
}): { readonly status: number; readonly message: string } | undefined {
  if (code === undefined) return undefined
  const [status, text] = fixed[code] ?? [statusByCode[code], message]
  return status === undefined ? undefined : { status, message: text }
}
