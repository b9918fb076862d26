import type { DefinitionInfo, JobClient, JobFilter, JobSummary } from '@cgk-platform/jobs-core'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/provider'

import type { Access } from '../access/authorize-request.ts'
import type { Scope } from '../access/scope-of.ts'

/** A definition, and the newest job of a cron job. `null`: there is none. Absent: it was not read. */
interface ShownDefinition extends DefinitionInfo {
  readonly lastJob?: JobSummary | null
}

/**
 * Returns the definitions of this process. A user of some tenants sees no options, because those of a cron job can name
 * tenants.
 *
 * @param lastJobsOf - whose newest job of each cron job is read. Default: none is
 */
export async function showDefinitions(
  client: JobClient,
  { tenants }: Access,
  lastJobsOf: Scope | undefined,
): Promise<readonly ShownDefinition[]> {
  const definitions = await client.inspect.listDefinitions()
  const shown = tenants === 'all' ? definitions : definitions.map((definition) => ({ ...definition, options: {} }))
  const { features } = await client.capabilities()
  // An engine that cannot count is behind a network, and each list can take two requests.
  if (!lastJobsOf || !features['inspect.countJobs: exact'].supported) return shown
  return mapWithConcurrency(shown, async (definition) => {
    if (!definition.cron) return definition
    const event = definition.event as NonNullable<JobFilter['event']>
    const { jobs } = await lastJobsOf.inspect.listJobs({ event, limit: 1 })
    return { ...definition, lastJob: jobs[0] ?? null }
  })
}
