import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Two definitions with the same id given to one client. */
export class DuplicateDefinitionError extends JobsError {
  override readonly name = 'DuplicateDefinitionError'
  readonly code = 'duplicate_definition'
  /** The id that two definitions have. */
  readonly definitionId: string

  constructor({ definitionId }: { definitionId: string }) {
    super(
      `Two definitions have the id \`${definitionId}\`. ` +
        'An id names the runs of a job on every engine, so give each definition an id of its own.',
    )
    this.definitionId = definitionId
  }

  static override isInstance(error: unknown): error is DuplicateDefinitionError {
    return hasErrorCode(error, 'duplicate_definition')
  }
}
