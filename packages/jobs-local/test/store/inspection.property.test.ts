import type { InspectFilter, Outcome } from '@cgk-platform/jobs-core/provider'
import { jobStates } from '@cgk-platform/jobs-core/scheduling'
import {
  constantFrom,
  assert,
  asyncProperty,
  array,
  boolean,
  integer,
  option,
  record,
  shuffledSubarray,
} from 'fast-check'
import { test, expect } from 'vitest'

import type { JobStore } from '../../src/store/job-store.ts'
import { complete } from '../kit/complete.ts'
import { changed } from '../kit/open-store.ts'
import { createStore, storeNames } from '../kit/stores.ts'
import { createEnvelope } from '../kit/stored-run.ts'

const tenants = ['acme', 'globex', 'initech']
const events = ['one.happened', 'two.happened']
const definitions = ['a', 'b', 'c']
const errorOf = (message: string) => ({ name: 'TypeError', message })
const outcomes: readonly Outcome[] = [
  { type: 'completed', output: 1 },
  { type: 'failed', error: errorOf('The disk is "full"') },
  { type: 'failed', error: errorOf('No network\n') },
  { type: 'retry', afterMs: 1000, error: errorOf('Busy') },
  { type: 'cancelled' },
  { type: 'interrupted' },
]

const sends = array(
  record({
    tenantId: constantFrom(...tenants),
    event: constantFrom(...events),
    references: option(constantFrom(['r'], ['r', 's']), { nil: undefined }),
    delayed: boolean(),
    definitions: shuffledSubarray([...definitions]),
    outcomes: array(constantFrom(...outcomes), { minLength: 3, maxLength: 3 }),
    then: constantFrom('nothing', 'cancel', 'retry'),
    lateBy: integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 30 },
)
const maybe = <T>(arbitrary: import('fast-check').Arbitrary<T>) => option(arbitrary, { nil: undefined, freq: 2 })
const filters = record({
  tenantId: maybe(constantFrom(...tenants)),
  event: maybe(constantFrom(...events, 'none')),
  definitionId: maybe(constantFrom(...definitions)),
  reference: maybe(constantFrom('r', 's')),
  states: maybe(shuffledSubarray([...jobStates], { minLength: 1 })),
  errorText: maybe(constantFrom('DISK', '"full"', 'typeerror', '\n', 'none')),
  since: maybe(integer({ min: 1_000_000, max: 1_000_040 })),
  until: maybe(integer({ min: 1_000_000, max: 1_000_040 })),
})

test('a file lists and counts the same jobs as a store in memory, for any jobs, filter, order and page', async () => {
  const [memory, file] = storeNames
  const property = asyncProperty(sends, array(filters, { minLength: 5, maxLength: 20 }), async (sent, wanted) => {
    const envelopes = sent.map(({ tenantId, event, references, delayed, lateBy }, index) =>
      createEnvelope({
        // Ids of several processes, in an order that differs from that of their arrival.
        id: `01${String(1_000_000 + index - lateBy * 2).padStart(12, '0')}${String(index).padStart(12, '0')}`,
        tenantId,
        event,
        sentAt: 1_000_000 + index,
        ...(references && { references }),
        ...(delayed && { runAt: 9_000_000 }),
      }),
    )
    const stores = [createStore(memory), createStore(file)]
    for (const store of stores) {
      store.shared?.publishDefinitions(
        definitions.flatMap((definitionId) => events.map((event) => ({ definitionId, event, maxAttempts: 3 }))),
      )
      for (const [index, one] of sent.entries()) await runJob(store, envelopes[index]!, one)
    }
    for (const filter of wanted) {
      const clean = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
      for (const order of ['newest', 'oldest'] as const) {
        const [expected, found] = stores.map((store) => pagesOf(store, clean, order))
        expect(found).toEqual(expected)
      }
      for (const by of ['state', 'definition', 'tenant', 'event', undefined] as const) {
        const [expected, found] = stores.map((store) => {
          const { groups, ...counts } = complete(store.inspection.count(clean, by))
          return { ...counts, groups: groups.toSorted((one, other) => (one.key < other.key ? -1 : 1)) }
        })
        expect(found).toEqual(expected)
      }
    }
    for (const store of stores) store.shared?.dispose()
  })
  await assert(property, { numRuns: 60 })
})

type Sent = typeof sends extends import('fast-check').Arbitrary<(infer One)[]> ? One : never

/** Sends a job, and makes its runs end as they should. */
async function runJob(store: JobStore, envelope: ReturnType<typeof createEnvelope>, sent: Sent): Promise<void> {
  const now = envelope.sentAt
  const subscribers = sent.definitions.map((definitionId) => ({ definitionId, maxAttempts: 3 }))
  await changed(store, () => {
    store.add([envelope], now)
    for (const job of store.takeDueJobs(1, now)) {
      if (subscribers.length > 0) store.addRuns(job, subscribers, now)
      else store.endWithoutRuns(job, 'unhandled', now)
    }
  })
  const claimed = await changed(store, () => store.claim(10, () => undefined, now))
  for (const run of claimed) {
    const outcome = sent.outcomes[definitions.indexOf(run.definitionId)]!
    await changed(store, () => store.settle(run, run.attempts, outcome, now, true))
  }
  if (sent.then === 'cancel') await changed(store, () => store.cancel(envelope.id, now))
  // Without a definition, the retry would only send it again.
  if (sent.then === 'retry' && subscribers.length > 0) await changed(store, () => store.retry(envelope.id, now))
}

function pagesOf(store: JobStore, filter: InspectFilter, order: 'newest' | 'oldest'): unknown[] {
  const jobs: unknown[] = []
  for (let next: { readonly cursor?: string } = {}; ;) {
    const page = complete(store.inspection.list({ ...filter, ...next, order, limit: 3 }))
    jobs.push(...page.jobs)
    if (page.cursor === undefined) return jobs
    next = { cursor: page.cursor }
  }
}
