import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Reported when a run is due but its definition does not exist in the process that would run it. Thrown by
 * `inspect.runCronJob` for an unknown cron job.
 */
export class DefinitionNotFoundError extends JobsError {
  override readonly name = 'DefinitionNotFoundError'
  readonly code = 'definition_not_found'
  /** The id of the missing definition. */
  readonly definitionId: string

  constructor({ definitionId, kind }: { definitionId: string; kind?: 'cron job' }) {
    super(
      kind
        ? `This process has no enabled ${kind} ${quote(definitionId)}. Check the id, or import the module that defines it.`
        : `A run is due, but this process has no definition \`${definitionId}\`. ` +
            'Restore the definition or import its module, then retry the job.',
    )
    this.definitionId = definitionId
  }

  static override isInstance(error: unknown): error is DefinitionNotFoundError {
    return hasErrorCode(error, 'definition_not_found')
  }
}
