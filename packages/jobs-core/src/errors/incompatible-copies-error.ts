import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Thrown when one process loads two versions of this library that cannot share definitions. */
export class IncompatibleCopiesError extends JobsError {
  override readonly name = 'IncompatibleCopiesError'
  readonly code = 'incompatible_copies'

  constructor({ own, other }: { own: string; other: string }) {
    super(
      `This process loads two versions of \`@cgk-platform/jobs-core\` that cannot share definitions: this version ` +
        `stores them in format \`${own}\`, and the version that was loaded first stores them in format \`${other}\`. ` +
        `Install the same version of ` +
        'all `@cgk-platform` packages (`npm ls @cgk-platform/jobs-core` lists the installed ones), then restart.',
    )
  }

  static override isInstance(error: unknown): error is IncompatibleCopiesError {
    return hasErrorCode(error, 'incompatible_copies')
  }
}
