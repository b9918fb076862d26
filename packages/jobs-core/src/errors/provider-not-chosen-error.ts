import { hasErrorCode, JobsError } from './jobs-error.ts'

/** No provider could be chosen from the arguments and the environment. */
export class ProviderNotChosenError extends JobsError {
  override readonly name = 'ProviderNotChosenError'
  readonly code = 'provider_not_chosen'

  constructor({ problem, remedy }: { problem: string; remedy: string }) {
    super(`No job provider was chosen: ${problem}. ${remedy}`)
  }

  static override isInstance(error: unknown): error is ProviderNotChosenError {
    return hasErrorCode(error, 'provider_not_chosen')
  }
}
