import type { JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createMonthOfDeploys, dayMs, type Deploy, type Order, workOf } from '@cgk-platform/test-kit/month-of-deploys'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createLocalProvider, type LocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { createTestFile } from '../kit/test-file.ts'

/** The runs of the month. None is longer than ten days. */
const orders: readonly Order[] = fc
  .sample(fc.record({ atMs: fc.nat(29 * dayMs), packMs: fc.nat(5 * dayMs), deliverMs: fc.nat(5 * dayMs) }), {
    numRuns: 300,
    seed: 31,
  })
  .map(({ atMs, packMs, deliverMs }): Order => ({ atMs: atMs + 1, naps: [packMs + 1, deliverMs + 1] }))

/** A run that is still open when no worker has its version any more. */
const late: Order = { atMs: dayMs, naps: [24.5 * dayMs, dayMs] }

test('each run of a month with five deploys ends with the version that it began with, and does nothing twice', async () => {
  const { path } = createTestFile()
  const { deploys, done, failures, define } = createMonthOfDeploys()
  const clock = createVirtualClock(Date.UTC(2026, 0, 1))
  const startMs = clock.now()
  const logger = createRecordedLogger()
  let provider: LocalProvider
  let client: JobClient | undefined
  const deploy = async (options: Deploy): Promise<void> => {
    await client?.close({ timeout: 0 })
    provider = createLocalProvider({ path, retention: { age: '365d' } }, { clock, ownTime: true })
    client = createClient({ load: () => provider }, { jobs: [define(options)], clock, logger })
    await client.capabilities()
  }
  const passUntil = (atMs: number) => passVirtualTime(provider, clock, startMs + atMs - clock.now())

  const sent: (Order & { readonly id: string; readonly version: string })[] = []
  const due = [late, ...orders].toSorted((one, other) => one.atMs - other.atMs)
  for (const [index, [day, options]] of deploys.entries()) {
    await deploy(options)
    const untilMs = (deploys[index + 1]?.[0] ?? 45) * dayMs
    for (const order of due.filter(({ atMs }) => atMs >= day * dayMs && atMs < untilMs)) {
      await passUntil(order.atMs)
      const { id } = await client!.sendJob('work.asked', { tenantId: 'acme', data: order.naps })
      sent.push({ ...order, id, version: options.version! })
    }
    await passUntil(untilMs)
    const statuses = await Promise.all(sent.map(({ id }) => client!.getJobStatus(id)))
    const parked = statuses.filter(({ runs }) => runs[0]?.parked !== undefined)
    // Between the fifth deploy and the return of its code, one run waits.
    expect(parked.map(({ createdAt }) => createdAt.getTime() - startMs)).toEqual(day === 24 ? [late.atMs] : [])
    for (const { runs } of parked) {
      const { error, since } = runs[0]!.parked!
      expect(error.message).toContain('began with version `1`, and the code has version `3` and version `2`')
      expect(since.getTime() - startMs).toBe(late.atMs + late.naps[0]!)
    }
  }

  const statuses = await Promise.all(sent.map(({ id }) => client!.getJobStatus(id)))
  const ends = statuses.map(({ state, runs }) => [state, runs[0]?.output])
  expect(ends).toEqual(sent.map(({ version }) => ['completed', version]))
  for (const { id, version, ...order } of sent) expect(done.get(id)).toEqual(workOf(version, order))
  expect(failures).toEqual([])
  await client!.close({ timeout: 0 })
})
