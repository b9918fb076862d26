import { decodeForReader } from '../codec/decode-for-reader.ts'
import type { ValueCodec } from '../codec/value-codec.ts'
import { requireFeature, requireFeatures } from '../provider/check-support.ts'
import type { JobPage, ListQuery } from '../status/job-page.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { cancelJobs } from './cancel-jobs.ts'
import { type JobClient, listOptions } from './job-client.ts'
import type { OneJobOperations } from './job-operations.ts'
import type { LazyEngine } from '../provider/lazy-engine.ts'
import { toCancelQuery, toListQuery } from './to-list-query.ts'

/** The operations on all jobs that match. A tenant client adds its tenant to their options. */
export type JobQueries = Pick<JobClient, 'listJobs' | 'cancelJobs'>

/** Creates the operations on all jobs of an engine that match. */
export function createJobQueries(
  engine: LazyEngine,
  operationsFor: (tenantId?: string) => Pick<OneJobOperations, 'cancelJob'>,
  codec: ValueCodec | undefined,
): JobQueries {
  return {
    async listJobs(listQuery) {
      const provider = await engine.use('listJobs')
      return decodeForReader(await list(provider, toListQuery(listQuery)), codec)
    },
    async cancelJobs(cancelQuery) {
      const provider = await engine.useOpen('cancelJobs')
      const query = toCancelQuery(cancelQuery)
      const { cancelJob: cancel } = operationsFor(query.tenantId)
      return cancelJobs(query, { list: (page) => list(provider, page), cancel })
    },
  }
}

async function list(provider: JobProvider, query: ListQuery): Promise<JobPage> {
  requireFeature(provider, 'listJobs')
  requireFeatures(provider, listOptions, query)
  if (!provider.list) {
    throw new TypeError(`The provider \`${provider.name}\` declares \`listJobs\` but has no \`list\` method.`)
  }
  return provider.list(query)
}
