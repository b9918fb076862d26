import { hasErrorCode, JobsError } from './jobs-error.ts'

/**
 * Thrown when no engine can be chosen: none is named in production, the name is unknown, or keys of several engines are
 * set.
 */
export class ProviderNotChosenError extends JobsError {
  override readonly name = 'ProviderNotChosenError'
  readonly code = 'provider_not_chosen'

  constructor({ problem, remedy }: { problem: string; remedy: string }) {
    super(`Could not choose a job provider: ${problem}. ${remedy}`)
  }

  static override isInstance(error: unknown): error is ProviderNotChosenError {
    return hasErrorCode(error, 'provider_not_chosen')
  }
}
