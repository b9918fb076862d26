import type { JobsError } from '../errors/jobs-error.ts'

/** The result of sending one envelope. */
export type EnvelopeResult =
  | {
      readonly ok: true
      readonly id: string
      /** True if the idempotency key was in use. `id` is then the existing job's id. */ readonly deduplicated: boolean
    }
  | { readonly ok: false; readonly error: JobsError }
