import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Two installed versions of this library are loaded in one process, and neither can read the other's definitions. */
export class IncompatibleCopiesError extends JobsError {
  override readonly name = 'IncompatibleCopiesError'
  readonly code = 'incompatible_copies'

  constructor({ own, other }: { own: string; other: string }) {
    super(
      `Two versions of \`@cgk-platform/jobs-core\` are loaded in this process, and definitions of one are unknown to the ` +
        `other: this one shares them as \`${own}\`, the one that was loaded before as \`${other}\`. Install one version of ` +
        'all packages of `@cgk-platform`: `npm ls @cgk-platform/jobs-core` shows who brings which. After an update, ' +
        'start the process again.',
    )
  }

  static override isInstance(error: unknown): error is IncompatibleCopiesError {
    return hasErrorCode(error, 'incompatible_copies')
  }
}
