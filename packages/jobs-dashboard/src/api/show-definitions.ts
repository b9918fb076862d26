import type { DefinitionInfo, JobClient, JobFilter, JobSummary } from '@cgk-platform/jobs-core'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/provider'

import type { Access } from '../access/authorize-request.ts'
import type { Scope } from '../access/scope-of.ts'

/** A definition, and the newest job of a cron job. */
interface ShownDefinition extends DefinitionInfo {
  readonly lastJob?: JobSummary
}

/**
 * Returns the definitions of this process. A user of some tenants sees no options, because those of a cron job can name
 * tenants.
 */
export async function showDefinitions(
  client: JobClient,
  { tenants }: Access,
  { inspect }: Scope,
): Promise<readonly ShownDefinition[]> {
  const definitions = await client.inspect.listDefinitions()
  const { features } = await client.capabilities()
  // An engine that cannot count is behind a network, and each list can take two requests.
  const isNear = features['inspect.countJobs: exact'].supported
  return mapWithConcurrency(definitions, async (definition) => {
    const event = definition.event as NonNullable<JobFilter['event']>
    const lastJob = isNear && definition.cron ? (await inspect.listJobs({ event, limit: 1 })).jobs[0] : undefined
    return { ...definition, ...(tenants !== 'all' && { options: {} }), ...(lastJob && { lastJob }) }
  })
}
