import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The chosen provider's package could not be loaded. */
export class ProviderNotInstalledError extends JobsError {
  override readonly name = 'ProviderNotInstalledError'
  readonly code = 'provider_not_installed'
  /** The provider that needs it. */
  readonly provider: string
  /** What to install. */
  readonly packageName: string

  constructor({ provider, packageName }: { provider: string; packageName: string }, options?: ErrorOptions) {
    super(
      `The provider \`${provider}\` needs the package \`${packageName}\`, which could not be loaded. ` +
        `Install it: \`pnpm add ${packageName}\`.`,
      options,
    )
    this.provider = provider
    this.packageName = packageName
  }

  static override isInstance(error: unknown): error is ProviderNotInstalledError {
    return hasErrorCode(error, 'provider_not_installed')
  }
}
