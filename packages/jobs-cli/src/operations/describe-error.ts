import { JobsError } from '@cgk-platform/jobs-core'
import { escapeInvisible, toErrorInfo } from '@cgk-platform/jobs-core/provider'

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
  return {
    message: escapeInvisible(hidden.message),
    ...(code !== undefined && JobsError.isInstance(error) && { code }),
  }
}
