import { JobsError } from '@cgk-platform/jobs-core/errors'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import { allEngines } from '../client/all-engines.ts'
import { hideSecrets } from '../doctor/hide-secrets.ts'

/** An error for people: without secrets and control characters. */
export interface DescribedError {
  /** The failure and its remedy. */
  readonly message: string
  /** The code of a `JobsError`. */
  readonly code?: string
}

/** Describes an error. */
export function describeError(error: unknown): DescribedError {
  const { message, code } = toErrorInfo(error)
  const hidden = hideSecrets({ message }, allEngines())
  if (!JobsError.isInstance(error)) return { message: escapeInvisible(hidden.message) }
  return { message: escapeLines(hidden.message), ...(code !== undefined && { code }) }
}

/** An error of this library can list problems, each on its line. Lines are indented, so that none looks like another error. */
function escapeLines(message: string): string {
  return message
    .split('\n')
    .map((line, index) => escapeInvisible(index === 0 || line.startsWith('  ') ? line : `  ${line}`))
    .join('\n')
}
