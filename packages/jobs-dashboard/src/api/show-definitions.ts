import type { JobClient } from '@cgk-platform/jobs-core'
import type { DefinitionInfo, JobFilter, JobSummary } from '@cgk-platform/jobs-core/inspect'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import type { Scope } from '../access/scope-of.ts'

/** A definition, and the newest job of a cron job. `null`: there is none. Absent: it was not read. */
interface ShownDefinition extends DefinitionInfo {
  readonly lastJob?: JobSummary | null
}

/**
 * Returns the definitions of this process as the user may see them.
 *
 * @param withLastJobs - whether the newest job of each cron job is read
 */
export async function showDefinitions(
  client: JobClient,
  scope: Scope,
  withLastJobs: boolean,
): Promise<readonly ShownDefinition[]> {
  const definitions = await scope.listDefinitions()
  const { features } = await client.capabilities()
  // An engine that cannot count is behind a network, and each list takes several requests.
  if (!withLastJobs || !features['inspect.countJobs: exact'].supported) return definitions
  return mapWithConcurrency(definitions, async (definition) => {
    if (!definition.cron) return definition
    const event = definition.event as NonNullable<JobFilter['event']>
    const { jobs, cursor } = await scope.inspect.listJobs({ event, limit: 1 })
    const lastJob = jobs[0] ?? (cursor === undefined ? null : undefined)
    return { ...definition, ...(lastJob !== undefined && { lastJob }) }
  })
}
