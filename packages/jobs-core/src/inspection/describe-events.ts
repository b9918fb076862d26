import type { StandardSchemaV1 } from '@standard-schema/spec'

import { jsonSchemaOf } from '../events/json-schema-of.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { OwnJob } from '../jobs/own-job.ts'
import type { EventInfo } from './event-info.ts'

/** Describes the events that the client knows, and those of its jobs with `payload`, by name. */
export async function describeEvents(jobs: JobRegistry): Promise<EventInfo[]> {
  const { schemas } = await import('../events/catalogue/schemas.ts')
  const builtIn: Readonly<Record<string, StandardSchemaV1>> = schemas
  const ownJobs = jobs.all().filter((one): one is typeof one & OwnJob => 'payload' in one && one.payload !== undefined)
  const known = new Map<string, StandardSchemaV1 | undefined>([
    ...jobs.events.names().map((event) => [event, jobs.events.own.get(event)?.schema ?? builtIn[event]] as const),
    ...ownJobs.map(({ event, payload }) => [event, payload] as const),
  ])
  return [...known]
    .map(([event, declared]): EventInfo => {
      const schema = declared && jsonSchemaOf(declared)
      return { event, ...(schema && { schema }), definitionIds: jobs.subscribers(event).map(({ id }) => id) }
    })
    .toSorted((one, other) => (one.event < other.event ? -1 : 1))
}
