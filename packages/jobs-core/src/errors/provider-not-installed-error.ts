import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The chosen provider's package could not be loaded. */
export class ProviderNotInstalledError extends JobsError {
  override readonly name = 'ProviderNotInstalledError'
  readonly code = 'provider_not_installed'
  /** The provider that needs it. */
  readonly provider: string
  /** What to install. */
  readonly packageName: string

  /** @param problem - what loading it says, where it may be there and not work. Default: it is not there */
  constructor(
    { provider, packageName, problem }: { provider: string; packageName: string; problem?: string | undefined },
    options?: ErrorOptions,
  ) {
    const says = problem === undefined ? '' : `: ${problem}`
    const remedy =
      problem === undefined
        ? `Install it: \`npm install ${packageName}\`.`
        : `Where it is not installed: \`npm install ${packageName}\`. Where it is, keep it out of a bundle that cannot take it in.`
    super(
      `The provider \`${provider}\` needs the package \`${packageName}\`, which could not be loaded${says}. ${remedy}`,
      options,
    )
    this.provider = provider
    this.packageName = packageName
  }

  static override isInstance(error: unknown): error is ProviderNotInstalledError {
    return hasErrorCode(error, 'provider_not_installed')
  }
}
