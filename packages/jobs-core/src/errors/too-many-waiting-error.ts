import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when a send exceeds `maxWaiting`. Nothing was sent. */
export class TooManyWaitingError extends JobsError {
  override readonly name = 'TooManyWaitingError'
  readonly code = 'too_many_waiting'
  /** The limit that the send exceeds. */
  readonly option: 'limit' | 'perTenant'
  /** The maximum. At least as many jobs wait. */
  readonly limit: number

  constructor({ event, tenantId, option, limit }: TooManyWaiting) {
    const whose = option === 'perTenant' ? ` of the tenant ${quote(tenantId)}` : ''
    super(
      `${quote(event)} was not sent: ${limit} or more jobs${whose} wait, and \`maxWaiting.${option}\` is ${limit}. ` +
        'Send it again when some have started, or raise the limit.',
    )
    this.option = option
    this.limit = limit
  }

  static override isInstance(error: unknown): error is TooManyWaitingError {
    return hasErrorCode(error, 'too_many_waiting')
  }
}

/** The facts about a send that exceeds `maxWaiting`. */
export interface TooManyWaiting {
  readonly event: string
  readonly tenantId: string
  readonly option: 'limit' | 'perTenant'
  readonly limit: number
}
