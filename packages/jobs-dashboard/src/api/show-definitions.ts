import type { DefinitionInfo, JobClient } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'

/**
 * Returns the definitions of this process. A user of some tenants sees no options, because those of a cron job can name
 * tenants.
 */
export async function showDefinitions(client: JobClient, { tenants }: Access): Promise<readonly DefinitionInfo[]> {
  const definitions = await client.inspect.listDefinitions()
  return tenants === 'all' ? definitions : definitions.map((definition) => ({ ...definition, options: {} }))
}
