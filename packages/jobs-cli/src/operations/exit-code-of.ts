import { JobsError } from '@cgk-platform/jobs-core/errors'

const notFound = new Set(['job_not_found', 'definition_not_found'])

/** Codes of errors that another call would not have. */
const invalidCalls = new Set([
  'invalid_option',
  'not_serializable',
  'payload_invalid',
  'payload_too_large',
  'provider_not_chosen',
  'provider_not_installed',
  'tenant_mismatch',
  'tenant_required',
  'unknown_event',
])

/** Returns the exit code for an error: 1 failed, 2 invalid call, 3 not found. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (!JobsError.isInstance(error)) return 1
  if (notFound.has(error.code)) return 3
  return invalidCalls.has(error.code) ? 2 : 1
}
