import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

/** A job's own run could not make the runs of its definitions. No attempt of theirs was made. */
export class DispatchFailure extends Error {
  // Errors of the SDK itself end a run at once, some of them, before anyone is asked.
  override readonly name = 'DispatchFailure'

  constructor(cause: unknown) {
    const { name, message } = toErrorInfo(cause)
    super(`The runs of the job's definitions could not be made: ${name}: ${message}`, { cause })
  }
}
