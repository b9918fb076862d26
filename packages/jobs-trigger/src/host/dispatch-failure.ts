import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

/** A job's own run could not start the runs of its definitions, so none of them made an attempt. */
export class DispatchFailure extends Error {
  // Wraps the cause, because some errors of the SDK end a run before any hook is called.
  override readonly name = 'DispatchFailure'

  constructor(cause: unknown) {
    const { name, message } = toErrorInfo(cause)
    super(`Could not start the runs of the job's definitions: ${name}: ${message}`, { cause })
  }
}
