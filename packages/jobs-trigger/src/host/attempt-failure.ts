import type { Definition } from '@cgk-platform/jobs-core'
import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { RunPayload } from '../wire/payload.ts'
import { toDisplayError } from './display-error.ts'

/** The definition and the payload of a failed attempt. */
export interface FailedAttempt {
  readonly definition: Definition
  readonly payload: RunPayload
}

/**
 * Thrown to Trigger.dev to fail an attempt. It has its own name because some error names have a meaning in Trigger.dev,
 * and a handler may throw errors with such a name.
 */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure'
  /** The error for Trigger.dev to display. */
  readonly displayError: Error
  /** Delay before the next attempt, in milliseconds. Absent if the run has failed. */
  readonly retryAfterMs: number | undefined
  readonly attempt: FailedAttempt
  /** The complete error. */
  readonly info: JobErrorInfo

  constructor(error: JobErrorInfo, attempt: FailedAttempt, retryAfterMs?: number) {
    const displayError = toDisplayError(error)
    super(displayError.message, { cause: displayError })
    this.stack = displayError.stack ?? ''
    this.displayError = displayError
    this.retryAfterMs = retryAfterMs
    this.attempt = attempt
    this.info = error
  }
}
