import { NonRetryableError } from '../errors/non-retryable-error.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { Logger } from '../logging/logger.ts'
import { workflowsGuide } from './workflows-guide.ts'

/**
 * The context of a handler. Reading its `step`, as on other engines, throws. A class, because a getter on each object would
 * cost more than the object.
 */
export class AttemptContext implements JobContext {
  readonly jobId: string
  readonly runId: string
  readonly attempt: number
  readonly maxAttempts: number
  readonly tenantId: string
  readonly logger: Logger
  readonly signal: AbortSignal

  constructor({ jobId, runId, attempt, maxAttempts, tenantId, logger, signal }: JobContext) {
    this.jobId = jobId
    this.runId = runId
    this.attempt = attempt
    this.maxAttempts = maxAttempts
    this.tenantId = tenantId
    this.logger = logger
    this.signal = signal
  }

  /** Not in the type `JobContext`, so TypeScript reports it first. */
  get step(): never {
    const problem = '`context.step` does not exist: only a workflow gets steps, as its second argument.'
    const remedy = 'Use `steps: (event, step, context) => …` of `defineWorkflow`.'
    throw new NonRetryableError(`${problem} ${remedy} See ${workflowsGuide}`)
  }
}
