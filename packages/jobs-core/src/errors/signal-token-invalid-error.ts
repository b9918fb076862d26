import { hasErrorCode, JobsError } from './jobs-error.ts'

const remedies = {
  malformed: 'is not one that `createSignalToken` made. Pass it unchanged.',
  unsigned:
    'is not signed with this secret, or was changed. Pass the secret that signed it, and after a change of secrets also ' +
    'the former: `{ secret: [current, former] }`.',
  expired: 'has expired. Create a new one, with a longer `expiresIn` if people need more time.',
} as const

/** Thrown by `signalWithToken` for a token that is malformed, not signed with the secret, or expired. */
export class SignalTokenInvalidError extends JobsError {
  override readonly name = 'SignalTokenInvalidError'
  readonly code = 'signal_token_invalid'
  /** The problem of the token. */
  readonly reason: 'malformed' | 'unsigned' | 'expired'

  constructor({ reason }: { reason: SignalTokenInvalidError['reason'] }) {
    super(`The token of a signal ${remedies[reason]}`)
    this.reason = reason
  }

  static override isInstance(error: unknown): error is SignalTokenInvalidError {
    return hasErrorCode(error, 'signal_token_invalid')
  }
}
