import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Thrown when the package of the chosen provider cannot be loaded. */
export class ProviderNotInstalledError extends JobsError {
  override readonly name = 'ProviderNotInstalledError'
  readonly code = 'provider_not_installed'
  /** The name of the provider. */
  readonly provider: string
  /** The package to install. */
  readonly packageName: string

  /**
   * @param facts - the provider and its package
   * @param facts.problem - why the installed package cannot be loaded. Omit it if the package is not installed
   */
  constructor(
    { provider, packageName, problem }: { provider: string; packageName: string; problem?: string | undefined },
    options?: ErrorOptions,
  ) {
    const reason = problem === undefined ? '' : `: ${problem}`
    const remedy =
      problem === undefined
        ? `Install it: \`npm install ${packageName}\`.`
        : `If it is not installed, run \`npm install ${packageName}\`. If it is, exclude it from your bundle.`
    super(
      `The provider \`${provider}\` needs the package \`${packageName}\`, which could not be loaded${reason}. ${remedy}`,
      options,
    )
    this.provider = provider
    this.packageName = packageName
  }

  static override isInstance(error: unknown): error is ProviderNotInstalledError {
    return hasErrorCode(error, 'provider_not_installed')
  }
}
