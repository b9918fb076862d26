import type { WorkflowDefinition } from '../workflows/steps.ts'
import type { AsJson } from './as-json.ts'
import type { CronJobDefinition, JobDefinition } from './job-definition.ts'

/** A definition whose runs an event makes. */
export type EventDefinition = JobDefinition | WorkflowDefinition

/** A definition of any kind. */
export type Definition = EventDefinition | CronJobDefinition

/** What a definition returns, as it arrives: `JobOutput<typeof processOrder>`. A date has become text. */
export type JobOutput<D extends Definition> = AsJson<Awaited<ReturnOf<D>>>

type ReturnOf<D extends Definition> = D extends { steps(...given: never): infer Returned }
  ? Returned
  : D extends { handler(...given: never): infer Returned }
    ? Returned
    : never
