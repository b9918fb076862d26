import type { WorkflowDefinition } from './steps.ts'
import type { AsJson } from './as-json.ts'
import type { BatchJobDefinition } from './batch-job-definition.ts'
import type { CronJobDefinition, JobDefinition } from './job-definition.ts'

/** A definition that handles an event: a job, a batch job or a workflow. */
export type EventDefinition = JobDefinition | BatchJobDefinition | WorkflowDefinition

/** A definition of any kind. */
export type Definition = EventDefinition | CronJobDefinition

/**
 * The output of a run of a definition after JSON: `JobOutput<typeof processOrder>`. A date becomes a string.
 */
export type JobOutput<D extends Definition> = AsJson<Awaited<ReturnOf<D>>>

type ReturnOf<D extends Definition> = D extends { readonly kind: 'batch'; handler(...given: never): infer Returned }
  ? OutputOf<Awaited<Returned>>
  : D extends { steps(...given: never): infer Returned }
    ? Returned
    : D extends { handler(...given: never): infer Returned }
      ? Returned
      : never

type OutputOf<Outputs> = Outputs extends readonly (infer Output)[] ? Output : never
