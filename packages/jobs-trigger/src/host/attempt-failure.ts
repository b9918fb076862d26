import type { Definition } from '@cgk-platform/jobs-core'
import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { RunPayload } from '../wire/payload.ts'
import { toShownError } from './shown-error.ts'

/** What an attempt was made of. */
export interface AttemptOf {
  readonly definition: Definition
  readonly payload: RunPayload
}

/**
 * Thrown to Trigger.dev, which knows no other way of saying that an attempt failed. Its name is its own, since some
 * names have a meaning there and a handler may throw errors called so.
 */
export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure'
  /** What failed, as it is to be shown. */
  readonly shown: Error
  /** How long to wait for the next attempt; absent where the run has failed for good. */
  readonly retryAfterMs: number | undefined
  readonly of: AttemptOf
  /** All that is known of it. */
  readonly told: JobErrorInfo

  constructor(error: JobErrorInfo, of: AttemptOf, retryAfterMs?: number) {
    const shown = toShownError(error)
    super(shown.message, { cause: shown })
    this.stack = shown.stack ?? ''
    this.shown = shown
    this.retryAfterMs = retryAfterMs
    this.of = of
    this.told = error
  }
}
