import { defineCronJob, type Definition, type JobClient } from '@cgk-platform/jobs-core'
import { kinds } from '@cgk-platform/inngest-loopback'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const dayMs = 86_400_000
const noon = Math.floor(Date.now() / dayMs + 1.5) * dayMs + dayMs / 2

/** Creates a cron job with the same id in each of two apps. */
function sweep(tenants: readonly string[] | undefined, handle: (run: string) => unknown): Definition {
  return defineCronJob({
    id: 'sweep',
    schedule: '* * * * *',
    retry: { maxAttempts: 1 },
    ...(tenants && { tenants: async () => [...tenants] }),
    handler: ({ tenantId, scheduledAt }) => handle(`${tenantId} ${new Date(scheduledAt).toISOString().slice(11, 16)}`),
  }) as Definition
}

/** Opens two apps on an engine, ten seconds before noon. */
async function openTwo(ofShop: Definition, ofBilling: Definition) {
  const shop = await openJobs({ appId: 'shop', jobs: [ofShop], factor: 40, startAt: noon - 10_000 })
  const billing = await shop.openApp({ appId: 'billing', jobs: [ofBilling] })
  return { shop, billing }
}

/** Reads the tenant of each job, with the definitions of its runs. */
async function jobsOf(client: JobClient): Promise<string[]> {
  const { jobs } = await client.listJobs({ limit: 100 })
  expect(new Set(jobs.map(({ event }) => event))).toEqual(new Set(['cron/sweep']))
  return jobs
    .map(({ tenantId, runs }) => [tenantId, ...runs.map(({ definitionId }) => definitionId)].join(' '))
    .toSorted()
}

function sends({ engine }: OpenJobs): number {
  return engine.requests.filter((request) => kinds.send(request)).length
}

describe('two apps with a cron job of the same id', () => {
  test('run each tick once for each app, and no jobs of the other', async () => {
    const [shops, billings]: string[][] = [[], []]
    const { shop, billing } = await openTwo(
      sweep(['acme', 'globex'], (run) => shops!.push(run)),
      sweep(['initech'], (run) => billings!.push(run)),
    )
    await shop.until(() => shops!.length >= 4 && billings!.length >= 2)
    await shop.pause(10_000)
    expect(shops!.toSorted()).toEqual(['acme 12:00', 'acme 12:01', 'globex 12:00', 'globex 12:01'])
    expect(billings!.toSorted()).toEqual(['initech 12:00', 'initech 12:01'])
    expect(sends(shop)).toBe(2 * (1 + 2) + 2 * (1 + 1))
    const ofEachTick = ['acme sweep', 'globex sweep', 'initech sweep', 'system sweep', 'system sweep']
    const expected = ofEachTick.flatMap((line) => [line, line])
    expect(await jobsOf(shop.client)).toEqual(expected)
    expect(await jobsOf(billing.client)).toEqual(expected)
  })

  test('list their own jobs by the name that is the same on every engine', async () => {
    const seen: string[] = []
    const handle = (run: string): unknown => seen.push(run)
    const { shop, billing } = await openTwo(sweep(['acme'], handle), sweep(['initech'], handle))
    await shop.until(() => seen.length >= 2)
    const tenantsOf = async (client: JobClient): Promise<string[]> => {
      const { jobs } = await client.listJobs({ event: 'cron/sweep' })
      return jobs.map(({ tenantId }) => tenantId).toSorted()
    }
    expect(await tenantsOf(shop.client)).toEqual(['acme', 'system'])
    expect(await tenantsOf(billing.client)).toEqual(['initech', 'system'])
  })

  test('skip only their own next tick while a run is running', async () => {
    const finished = createDeferred()
    const seen: string[] = []
    const { shop } = await openTwo(
      sweep(['acme'], (run) => {
        seen.push(`shop ${run}`)
        return finished.promise
      }),
      sweep(['acme'], (run) => seen.push(`billing ${run}`)),
    )
    await shop.until(() => seen.length >= 3)
    await shop.pause(10_000)
    finished.resolve()
    expect(seen.toSorted()).toEqual(['billing acme 12:00', 'billing acme 12:01', 'shop acme 12:00'])
  })
})
