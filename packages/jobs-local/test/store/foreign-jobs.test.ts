import { defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'

import * as details from '../../src/inspection/to-job-details.ts'
import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { addJobs } from '../../src/store/sqlite/tables/jobs-table.ts'
import { JobsReader } from '../../src/store/sqlite/tables/jobs-reader.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import * as statuses from '../../src/records/to-job-status.ts'
import { recordReads } from '../kit/recorded-reads.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

vi.mock(import('../../src/records/to-job-status.ts'), { spy: true })
vi.mock(import('../../src/inspection/to-job-details.ts'), { spy: true })
afterEach(() => vi.clearAllMocks())

const large = defineJob({
  id: 'large',
  event: 'order.created',
  handler: () => ({ text: 'x'.repeat(1_000_000) }),
})

describe("another tenant's job", () => {
  test.each(['memory', 'file'])('is not read in a store of the kind %s', async (kind) => {
    const file = createTemporaryFile()
    const config = kind === 'file' ? { path: file.path } : {}
    const client = createClient({ load: () => createLocalProvider(config) }, { jobs: [large] })
    onTestFinished(async () => {
      await client.close()
      file.remove()
    })
    const { id } = await client.sendJob('order.created', { tenantId: 'acme', orderId: '1' })
    await client.waitForJob(id)
    const readsOf = async (tenantId: string): Promise<number> => {
      vi.clearAllMocks()
      const tenant = client.forTenant(tenantId)
      await Promise.allSettled([
        tenant.getJobStatus(id),
        tenant.waitForJob(id),
        tenant.cancelJob(id),
        tenant.retryJob(id),
        tenant.inspect.getJob(id),
        tenant.inspect.retryJobs({ ids: [id] }),
        tenant.inspect.cancelJobs({ ids: [id] }),
      ])
      return vi.mocked(statuses.toJobStatus).mock.calls.length + vi.mocked(details.toJobDetails).mock.calls.length
    }
    expect(await readsOf('globex')).toBe(0)
    expect(await readsOf('acme')).toBeGreaterThanOrEqual(7)
  })

  test('takes one statement without a row, like an unknown id', () => {
    const file = createTemporaryFile('memory')
    const opened = openFile(file.path)
    onTestFinished(() => {
      opened.close()
      file.remove()
    })
    const [added] = addJobs(
      opened,
      [{ v: 1, id: 'job_1', event: 'order.created', tenantId: 'acme', payload: {}, sentAt: 1 }],
      1,
    )
    const connection = recordReads(opened)
    const reader = new JobsReader(connection)
    const costOf = (id: string, tenantId: string) => {
      const job = reader.job(id, { tenantId, withAttempts: true })
      return [job?.envelope.id, connection.takeStatements(), connection.takeRows()]
    }
    expect(added).toMatchObject({ ok: true })
    expect(costOf('job_1', 'globex')).toEqual([undefined, 1, 0])
    expect(costOf('unknown', 'globex')).toEqual([undefined, 1, 0])
    expect(costOf('job_1', 'acme')).toEqual(['job_1', 2, 1])
    for (const sql of connection.statements) {
      const plan = opened.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail)
      expect(plan.every((line) => line.startsWith('SEARCH'))).toBe(true)
    }
  })
})
