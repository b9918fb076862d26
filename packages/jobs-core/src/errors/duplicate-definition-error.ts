import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Thrown when two definitions of one client, or in production of one process, have the same id. */
export class DuplicateDefinitionError extends JobsError {
  override readonly name = 'DuplicateDefinitionError'
  readonly code = 'duplicate_definition'
  /** The id that both definitions have. */
  readonly definitionId: string

  constructor({
    definitionId,
    described,
  }: {
    definitionId: string
    /** Both definitions, each as in "a job for `order.created` (orders.ts:3:4)". */
    described?: readonly [string, string]
  }) {
    super(
      `Two definitions have the id \`${definitionId}\`${described ? `: ${described.join(' and ')}` : ''}. ` +
        'Engines identify runs by this id: give each definition a unique id.',
    )
    this.definitionId = definitionId
  }

  static override isInstance(error: unknown): error is DuplicateDefinitionError {
    return hasErrorCode(error, 'duplicate_definition')
  }
}
