import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when you define a job or send an event that needs a feature that the engine does not support. */
export class UnsupportedFeatureError extends JobsError {
  override readonly name = 'UnsupportedFeatureError'
  readonly code = 'unsupported_feature'
  /** The missing feature, by its name in the capabilities. */
  readonly feature: string
  /** The name of the provider. */
  readonly provider: string

  constructor({ feature, provider, remedy }: { feature: string; provider: string; remedy: string }) {
    super(`\`${provider}\` does not support ${quote(feature)}. ${remedy}`)
    this.feature = feature
    this.provider = provider
  }

  static override isInstance(error: unknown): error is UnsupportedFeatureError {
    return hasErrorCode(error, 'unsupported_feature')
  }
}
