import { expect, test } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createClient } from '../client/create-client.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import { type CronJobOptions, defineCronJob } from '../jobs/define-cron-job.ts'
import { withSeparateRegistry } from '../jobs/job-registry.ts'
import type { Feature } from '../engines/capabilities.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')

function open(
  options: Partial<CronJobOptions<unknown>> = {},
  jobs = createFakeInspection(),
  without: readonly Feature[] = [],
) {
  const definition = withSeparateRegistry(() =>
    defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => undefined, ...options }),
  )
  const provider = createFakeProvider({ inspection: jobs, without })
  const client = createClient({ load: () => provider }, { jobs: [definition], clock: createManualClock(nowMs) })
  return { provider, inspect: client.inspect }
}
const openRun = (tenantId: string) =>
  jobSummary(`open-${tenantId}`, 1, { event: 'cron/nightly', tenantId, state: 'retrying' })

test('sends a tick of this moment for the platform, without the key of a tick', async () => {
  const { inspect, provider } = open({ priority: 5 })
  const [job] = await inspect.runCronJob('nightly')
  const [envelope] = provider.sent
  expect(envelope).toMatchObject({
    event: 'cron/nightly',
    tenantId: 'system',
    payload: { tenantId: 'system', scheduledAt: '2026-03-01T12:00:00.000Z' },
    sentAt: nowMs,
    priority: 5,
  })
  expect(envelope).not.toHaveProperty('idempotencyKey')
  expect(job).toEqual({ id: envelope?.id, event: 'cron/nightly', tenantId: 'system', deduplicated: false })
})

test('sends one job for each tenant, each once', async () => {
  const { inspect, provider } = open({ tenants: async () => ['acme', 'globex', 'acme'] })
  expect((await inspect.runCronJob('nightly')).map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex'])
  expect(provider.sent.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex'])
})

test("with `overlap: 'skip'`, sends none for a tenant with an open run", async () => {
  const jobs = createFakeInspection([
    openRun('acme'),
    jobSummary('ended', 2, { event: 'cron/nightly', tenantId: 'globex' }),
    { ...openRun('globex'), id: 'of another', event: 'cron/other' },
  ])
  const tenants = () => ['acme', 'globex']
  expect((await open({ tenants }, jobs).inspect.runCronJob('nightly')).map((job) => job.tenantId)).toEqual(['globex'])
  const allowing = open({ tenants, overlap: 'allow' }, jobs)
  expect(await allowing.inspect.runCronJob('nightly')).toHaveLength(2)
})

test('finds open runs on all pages', async () => {
  const tenants = Array.from({ length: 9 }, (_none, index) => `tenant-${index}`)
  const jobs = createFakeInspection(tenants.map(openRun), 2)
  expect(await open({ tenants: () => tenants }, jobs).inspect.runCronJob('nightly')).toEqual([])
  expect(jobs.queries).toHaveLength(5)
})

test('sends nothing if all runs are open', async () => {
  const { inspect, provider } = open({}, createFakeInspection([openRun('system')]))
  expect(await inspect.runCronJob('nightly')).toEqual([])
  expect(provider.sent).toEqual([])
})

test('rejects an unknown or disabled cron job, and tenants that are not ids', async () => {
  await expect(open().inspect.runCronJob('x')).rejects.toThrow('This process has no enabled cron job `x`.')
  await expect(open({ enabled: false }).inspect.runCronJob('nightly')).rejects.toMatchObject({
    code: 'definition_not_found',
    definitionId: 'nightly',
  })
  const wrong = open({ tenants: () => [''] })
  await expect(wrong.inspect.runCronJob('nightly')).rejects.toMatchObject({ option: 'nightly.tenants' })
})

test('throws the first error of a send, after all sends', async () => {
  const { inspect, provider } = open({ tenants: () => ['acme', 'globex'] })
  const { send } = provider
  const error = new SendFailedError({ event: 'cron/nightly', provider: 'fake', problem: 'it is down', accepted: 'no' })
  Object.assign(provider, {
    send: async (...given: Parameters<typeof send>) => [{ ok: false, error }, (await send(...given))[1]!],
  })
  await expect(inspect.runCronJob('nightly')).rejects.toBe(error)
  expect(provider.sent).toHaveLength(2)
})

test('finds the previous run of each tenant behind the first pages of an engine that cannot count', async () => {
  const others = Array.from({ length: 9 }, (_none, index) =>
    jobSummary(`other-${index}`, 10 + index, { event: 'cron/nightly', tenantId: 'busy' }),
  )
  const jobs = createFakeInspection([openRun('acme'), ...others], 2)
  const run = async (...tenants: string[]) => {
    jobs.queries.length = 0
    const { inspect } = open({ tenants: () => tenants }, jobs, ['inspect.countJobs: exact'])
    return (await inspect.runCronJob('nightly')).map(({ tenantId }) => tenantId)
  }
  expect(await run('acme', 'busy')).toEqual(['busy'])
  expect(jobs.queries).toHaveLength(5)
  expect(await run('busy')).toEqual(['busy'])
  expect(jobs.queries).toHaveLength(1)
})
