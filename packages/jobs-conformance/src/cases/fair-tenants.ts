import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import type { ConformanceEvent } from '../conformance-events.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { throttleMs } from '../conformance-jobs.ts'
import { sentWithin } from '../sent-within.ts'

const loudJobs = 40
const quietTenants = 5

/** Sends jobs of the case's tenant, and then a job of each of some other tenants. Returns the ids of both. */
async function sendLoudAndQuiet(
  t: CaseTools,
  event: ConformanceEvent,
  {
    payload = () => ({}),
    options = {},
    loud = loudJobs,
  }: { payload?: (index: number) => object; options?: object; loud?: number } = {},
): Promise<{ loud: string[]; quiet: string[] }> {
  const sendOf = async (tenantId: string, index: number, with_: object) =>
    (await t.send(event, { waitMs: 50 }, { tenantId, payload: { ...payload(index) }, options: { ...with_ } })).id
  const loudTenant = t.unique('loud')
  const ids = await Promise.all(Array.from({ length: loud }, (_, index) => sendOf(loudTenant, index, options)))
  const runAt = 'runAt' in options ? { runAt: options.runAt } : {}
  const tenants = Array.from({ length: quietTenants }, (_, index) => t.unique(`quiet-${index}`))
  return { loud: ids, quiet: await Promise.all(tenants.map((tenantId, index) => sendOf(tenantId, index, runAt))) }
}

/** Calls `work` while two runs hold all slots of the event's definition, so that no run starts before all are sent. */
async function whileHeld<T>(t: CaseTools, event: ConformanceEvent, work: () => Promise<T>): Promise<T> {
  const hold = (name: string) =>
    t.send(event, { isHeld: true }, { tenantId: t.unique(name), payload: { storeId: t.unique(name) } })
  const holders = [await hold('holder'), await hold('holder')]
  const result = await work()
  for (const { id } of holders) t.release(id)
  return result
}

/** Checks that the quiet tenants' runs started while most of the loud one's runs still waited. */
async function assertTurns(
  t: CaseTools,
  { loud, quiet }: { loud: readonly string[]; quiet: readonly string[] },
): Promise<void> {
  for (const id of [...loud, ...quiet]) assert.equal((await t.waitForEnd(id)).state, 'completed')
  const startedAt = (id: string): number => t.journal({ jobId: id, kind: 'started' })[0]!.at
  const lastQuiet = Math.max(...quiet.map(startedAt))
  const later = loud.filter((id) => startedAt(id) > lastQuiet).length
  assert.ok(later >= loud.length / 4, `Only ${later} of ${loud.length} runs of the loud tenant started later.`)
}

/** Cases: tenants take turns. */
export const fairTenantCases: readonly ConformanceCase[] = casesOf(rules.flowControl, [
  {
    id: 'fair-tenants',
    title: 'the runs of tenants with one job each start among the many of another tenant',
    requiredFeatures: ['fair tenants', 'concurrency'],
    async run(t) {
      await assertTurns(t, await whileHeld(t, 'conformance.fair', () => sendLoudAndQuiet(t, 'conformance.fair')))
    },
  },
  {
    id: 'fair-tenants-with-keys',
    title: 'a tenant gets no more turns by using many keys',
    requiredFeatures: ['fair tenants', 'concurrency', 'concurrency.key', 'concurrency: several limits'],
    async run(t) {
      const event = 'conformance.fair-keyed'
      const payload = (index: number) => ({ storeId: index % 20 })
      await assertTurns(t, await whileHeld(t, event, () => sendLoudAndQuiet(t, event, { payload })))
    },
  },
  {
    id: 'fair-tenants-with-priorities',
    title: "a priority does not move a tenant's runs ahead of another tenant's",
    requiredFeatures: ['fair tenants', 'concurrency', 'priority'],
    async run(t) {
      const options = { priority: 600 }
      await assertTurns(
        t,
        await whileHeld(t, 'conformance.fair', () => sendLoudAndQuiet(t, 'conformance.fair', { options })),
      )
    },
  },
  {
    id: 'fair-tenants-after-delays',
    title: 'tenants also take turns if their delayed jobs come due at once',
    requiredFeatures: ['fair tenants', 'concurrency', 'delay'],
    async run(t) {
      const delayMs = t.longerThan(1000)
      const sent = await sentWithin(t, delayMs, () => {
        const options = { runAt: new Date(t.now() + delayMs) }
        return sendLoudAndQuiet(t, 'conformance.fair', { options })
      })
      await assertTurns(t, sent)
    },
  },
  {
    id: 'fair-tenants-in-a-throttle',
    title: 'tenants take turns in the starts that a throttle allows',
    requiredFeatures: ['fair tenants', 'throttle'],
    async run(t) {
      const sent = await sentWithin(t, 3 * throttleMs, () => sendLoudAndQuiet(t, 'conformance.throttled', { loud: 12 }))
      await assertTurns(t, sent)
    },
  },
])
