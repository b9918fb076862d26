import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** A feature that an engine does not support. */
interface UnsupportedFeature {
  readonly feature: string
  readonly provider: string
  readonly remedy: string
  /** The definition that uses the feature. */
  readonly definitionId?: string | undefined
}

/** Thrown when you define a job or send an event that needs a feature that the engine does not support. */
export class UnsupportedFeatureError extends JobsError {
  override readonly name = 'UnsupportedFeatureError'
  readonly code = 'unsupported_feature'
  /** The missing feature, by its name in the capabilities. */
  readonly feature: string
  /** The name of the provider. */
  readonly provider: string

  constructor({ feature, provider, remedy, definitionId }: UnsupportedFeature) {
    const user = definitionId === undefined ? '' : `, which ${quote(definitionId)} uses`
    super(`\`${provider}\` does not support ${quote(feature)}${user}. ${remedy}`)
    this.feature = feature
    this.provider = provider
  }

  static override isInstance(error: unknown): error is UnsupportedFeatureError {
    return hasErrorCode(error, 'unsupported_feature')
  }
}
