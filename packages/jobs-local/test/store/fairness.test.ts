import { expect, test } from 'vitest'

import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, storeNames } from '../kit/stores.ts'

const subscriber = { definitionId: 'work', maxAttempts: 3 }

test.each(storeNames)('the %s store serves tenants round-robin, whatever characters their ids have', (name) => {
  const store = createStore(name)
  const tenantIds = ['acme', '\u{1F600}', '\uFFAE', 'zürich']
  const send = (): void => {
    store.add(
      tenantIds.map((tenantId) => createEnvelope({ tenantId })),
      0,
    )
    for (const job of store.takeDueJobs(100, 0)) store.addRuns(job, [subscriber], 0)
  }
  const claimed: string[] = []
  for (let round = 0; round < 3; round++) {
    send()
    for (let place = 0; place < tenantIds.length; place++) {
      for (const run of store.claim(1, () => undefined, 0)) claimed.push(run.job.envelope.tenantId)
    }
  }
  expect(claimed.toSorted()).toEqual(tenantIds.flatMap((tenantId) => Array<string>(3).fill(tenantId)).toSorted())
})

test.each(storeNames)('the %s store gives a slot to a tenant below its limit', (name) => {
  const store = createStore(name)
  const limits = () => ({ concurrency: { perTenant: 2 } })
  const tenantIds = ['a', 'b', 'b', 'b', 'a', 'a', 'c', 'c']
  store.add(
    tenantIds.map((tenantId) => createEnvelope({ tenantId })),
    0,
  )
  for (const job of store.takeDueJobs(100, 0)) store.addRuns(job, [subscriber], 0)
  const claimed = store.claim(6, limits, 0).map((run) => run.job.envelope.tenantId)
  expect(claimed.toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
})

test.each(storeNames)('the %s store finds a ready job behind ten thousand that are not due', (name) => {
  const store = createStore(name)
  store.add(
    Array.from({ length: 50 }, () => createEnvelope({ runAt: 1000 })),
    0,
  )
  const now = createEnvelope()
  store.add([now], 0)
  const taken: string[] = []
  while (store.hasDueJobs(0)) {
    for (const job of store.takeDueJobs(10, 0)) {
      taken.push(job.envelope.id)
      store.addRuns(job, [subscriber], 0)
    }
  }
  expect(taken).toEqual([now.id])
})
