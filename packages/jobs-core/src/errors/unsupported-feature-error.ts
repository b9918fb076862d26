import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Something that the chosen engine cannot do, refused when it is defined on, or sent to, that engine. */
export class UnsupportedFeatureError extends JobsError {
  override readonly name = 'UnsupportedFeatureError'
  readonly code = 'unsupported_feature'
  /** What the engine lacks, as its capabilities name it. */
  readonly feature: string
  /** The engine's name. */
  readonly provider: string

  constructor({ feature, provider, remedy }: { feature: string; provider: string; remedy: string }) {
    super(`\`${provider}\` does not support \`${feature}\`. ${remedy}`)
    this.feature = feature
    this.provider = provider
  }

  static override isInstance(error: unknown): error is UnsupportedFeatureError {
    return hasErrorCode(error, 'unsupported_feature')
  }
}
