import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A run whose definition is no longer there when its next attempt is due. */
export class DefinitionNotFoundError extends JobsError {
  override readonly name = 'DefinitionNotFoundError'
  readonly code = 'definition_not_found'
  /** The definition that nobody has. */
  readonly definitionId: string

  constructor({ definitionId }: { definitionId: string }) {
    super(
      `The definition \`${definitionId}\` is not known to this process, though a run of it waited. ` +
        'Import its module (or bring it back) and retry the job.',
    )
    this.definitionId = definitionId
  }

  static override isInstance(error: unknown): error is DefinitionNotFoundError {
    return hasErrorCode(error, 'definition_not_found')
  }
}
