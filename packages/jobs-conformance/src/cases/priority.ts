import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'

const features = ['priority', 'concurrency.perTenant', 'cancelJob of a running job'] as const

type Event = 'conformance.prioritized' | 'conformance.urgent'

/** Starts a job that holds the only slot of its definition and tenant. Returns a function that ends it. */
async function holdSlot(t: CaseTools, event: Event): Promise<() => Promise<unknown>> {
  const { id } = await t.send(event, { waitMs: 600_000 })
  await t.waitForEntry({ jobId: id, kind: 'started' })
  return () => t.client.cancelJob(id)
}

/** Sends a job, and waits until its run waits for the slot. Returns its id. */
async function queue(t: CaseTools, event: Event, priority?: number): Promise<string> {
  const { id } = await t.send(event, { waitMs: 50 }, { ...(priority !== undefined && { options: { priority } }) })
  // On some engines, a queued job has no run yet.
  const isQueued = async (): Promise<boolean> =>
    (await t.client.getJobStatus(id)).runs.some(({ state }) => state === 'queued')
  await t.waitUntil(`the run of ${id} waits for a slot`, isQueued)
  return id
}

/** Frees the slot and waits until the jobs have completed. Returns their names in the order in which they started. */
async function startOrder(
  t: CaseTools,
  freeSlot: () => Promise<unknown>,
  jobs: Readonly<Record<string, string>>,
): Promise<string[]> {
  await freeSlot()
  for (const id of Object.values(jobs)) assert.equal((await t.waitForEnd(id)).state, 'completed')
  const startedAt = (id: string): number => t.journal({ jobId: id, kind: 'started' })[0]!.at
  return Object.entries(jobs)
    .toSorted(([, one], [, other]) => startedAt(one) - startedAt(other))
    .map(([name]) => name)
}

/** Cases: priorities. */
export const priorityCases: readonly ConformanceCase[] = casesOf(rules.flowControl, [
  {
    id: 'priority-of-a-send',
    title: 'waiting runs start in the order of their priorities',
    requiredFeatures: features,
    async run(t) {
      const freeSlot = await holdSlot(t, 'conformance.prioritized')
      const none = await queue(t, 'conformance.prioritized')
      const high = await queue(t, 'conformance.prioritized', 600)
      const low = await queue(t, 'conformance.prioritized', 300)
      assert.deepEqual(await startOrder(t, freeSlot, { none, high, low }), ['high', 'low', 'none'])
    },
  },
  {
    id: 'priority-of-a-definition',
    title: "the priority of a send replaces the definition's",
    requiredFeatures: features,
    async run(t) {
      const freeSlot = await holdSlot(t, 'conformance.urgent')
      const none = await queue(t, 'conformance.urgent', 0)
      const own = await queue(t, 'conformance.urgent')
      assert.deepEqual(await startOrder(t, freeSlot, { none, own }), ['own', 'none'])
    },
  },
  {
    id: 'priority-is-a-time',
    title: 'a priority of 1 s does not move a run ahead of one that came due more than 1 s earlier',
    requiredFeatures: features,
    async run(t) {
      const freeSlot = await holdSlot(t, 'conformance.prioritized')
      const earlier = await queue(t, 'conformance.prioritized')
      await t.advance(t.longerThan(10_000))
      const later = await queue(t, 'conformance.prioritized', 1)
      assert.deepEqual(await startOrder(t, freeSlot, { earlier, later }), ['earlier', 'later'])
    },
  },
  {
    id: 'priority-below-0',
    title: 'a run with a priority below 0 starts after others, and at once if no other waits',
    requiredFeatures: ['priority below 0', ...features],
    async run(t) {
      const alone = await t.send('conformance.prioritized', {}, { options: { priority: -600 } })
      assert.equal((await t.waitForEnd(alone.id)).state, 'completed')
      const freeSlot = await holdSlot(t, 'conformance.prioritized')
      const last = await queue(t, 'conformance.prioritized', -600)
      const first = await queue(t, 'conformance.prioritized')
      assert.deepEqual(await startOrder(t, freeSlot, { last, first }), ['first', 'last'])
    },
  },
])
