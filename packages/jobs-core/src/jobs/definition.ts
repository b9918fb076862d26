import type { WorkflowDefinition } from './steps.ts'
import type { BatchJobDefinition } from './batch-job-definition.ts'
import type { CronJobDefinition, JobDefinition } from './job-definition.ts'
import type { OutputOf } from './output-of.ts'

/** A definition that handles an event: a job, a batch job or a workflow. */
export type EventDefinition = JobDefinition | BatchJobDefinition | WorkflowDefinition

/** A definition of any kind. */
export type Definition = EventDefinition | CronJobDefinition

/**
 * The output of a run of a definition after JSON: `JobOutput<typeof processOrder>`. A date becomes a string.
 */
export type JobOutput<D extends Definition> = OutputOf<D>
