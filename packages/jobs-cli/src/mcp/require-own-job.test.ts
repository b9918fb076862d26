import { createJobClient } from '@cgk-platform/jobs'
import type { JobClient } from '@cgk-platform/jobs-core'
import { JobNotVisibleError } from '@cgk-platform/jobs-core/errors'
import { expect, onTestFinished, test } from 'vitest'

import { createJobTools } from './job-tools.ts'
import { createWriteTools } from './write-tools.ts'

/** Returns the operations of a tenant on an engine that waits for an unknown id, because it may be that of a new job. */
function waiting(client: JobClient) {
  const waits = async (jobId: string): Promise<never> => {
    throw new JobNotVisibleError({ jobId, provider: 'local', problem: 'its id is new' })
  }
  const { retryJob, cancelJob, waitForJob, inspect, ...tenant } = client.forTenant('acme')
  return {
    ...tenant,
    inspect: { ...inspect, getJob: (id: string) => (id === 'unknown' ? waits(id) : inspect.getJob(id)) },
    retryJob: (id: string) => (id === 'unknown' ? waits(id) : retryJob(id)),
    cancelJob: (id: string) => (id === 'unknown' ? waits(id) : cancelJob(id)),
    waitForJob: (id: string, options?: object) => (id === 'unknown' ? waits(id) : waitForJob(id, options)),
  }
}

test.for(['get_job', 'wait_for_job', 'retry_job', 'cancel_job'])(
  "`%s` of one tenant answers the id of another tenant's job like an unknown one",
  async (name) => {
    const client = createJobClient({ provider: 'local', jobs: [] })
    onTestFinished(() => client.close())
    const other = await client.forTenant('globex').sendJob('order.created', { orderId: '1' })
    const seen = { scope: waiting(client), known: client.inspect, tenantId: 'acme' }
    const access = { client, ...seen, allowsWrites: true, allowsPayloads: false }
    const tool = [...createJobTools(access), ...createWriteTools(access)].find((one) => one.name === name)!
    const answer = async (jobId: string): Promise<string> => {
      const error: unknown = await tool.run({ jobId }, new AbortController().signal).catch((reason: unknown) => reason)
      return String(error).replaceAll(jobId, 'ID')
    }
    expect(await answer(other.id)).toMatch(/^JobNotFoundError: No job `ID` was found/)
    expect(await answer('unknown')).toBe(await answer(other.id))
  },
)
