import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { signalEventOf } from '@cgk-platform/jobs-core/scheduling'
import { expect, test } from 'vitest'

import { addJobs } from '../../src/store/sends/add-jobs.ts'
import { addWithin } from '../../src/store/sends/add-within.ts'
import { SendQueue } from '../../src/store/sends/send-queue.ts'
import { createEnvelope as envelope } from '../kit/create-envelope.ts'
import { openDatabase } from '../kit/open-database.ts'

const keyed = (key = 'k', ttl = 60_000): Envelope => envelope({ idempotencyKey: key, idempotencyTtlMs: ttl })

test('senders of a key at once get one job', async () => {
  await using opened = await openDatabase()
  const sends = Array.from({ length: 20 }, () => [keyed('a'), keyed('b'), envelope(), keyed('a')])
  const results = await Promise.all(sends.map((envelopes) => addJobs(opened.database, envelopes)))
  const ids = (place: number): Set<string> => new Set(results.map((result) => result[place]!.id))
  expect([ids(0).size, ids(1).size, ids(2).size]).toEqual([1, 1, 20])
  expect(ids(3)).toEqual(ids(0))
  const isNew = (place: number) => results.filter((result) => !result[place]!.deduplicated).length
  expect([isNew(0), isNew(1), isNew(2), isNew(3)]).toEqual([1, 1, 20, 0])
  const rows = await opened.database.query('SELECT 1 FROM {schema}.arrivals JOIN {schema}.jobs ON id = job')
  expect(rows).toHaveLength(22)
})

test('a key is free again after its time', async () => {
  await using opened = await openDatabase()
  const [first] = await addJobs(opened.database, [keyed('a', 0)])
  const [second] = await addJobs(opened.database, [keyed('a')])
  const [third] = await addJobs(opened.database, [keyed('a')])
  expect(second!.id).not.toBe(first!.id)
  expect(third).toEqual({ ok: true, id: second!.id, deduplicated: true })
})

test('a send whose answer was lost can be repeated', async () => {
  await using opened = await openDatabase()
  const envelopes = [envelope({ references: ['order-1', 'order-2'] }), keyed()]
  const first = await addJobs(opened.database, envelopes)
  expect(await addJobs(opened.database, envelopes)).toEqual(first)
  expect(await opened.database.query('SELECT 1 FROM {schema}.arrivals')).toHaveLength(2)
  expect(await opened.database.query('SELECT 1 FROM {schema}.references')).toHaveLength(2)
})

test('a delay counts from the time of the database', async () => {
  await using opened = await openDatabase()
  const wrong = Date.now() - 600_000
  await addJobs(opened.database, [
    envelope({ sentAt: wrong, runAt: wrong + 5000, delayMs: 5000 }),
    envelope({ runAt: 1 }),
  ])
  const rows = await opened.database.query<{ delay: number | null }>(
    'SELECT due_at - sent_at AS delay FROM {schema}.arrivals JOIN {schema}.jobs ON id = job ORDER BY seq',
  )
  expect(rows).toEqual([{ delay: 5000 }, { delay: null }])
})

test('limits of waiting jobs hold while several send', async () => {
  await using opened = await openDatabase()
  const limits = { limit: 12, perTenant: 5 }
  const send = (tenantId: string) =>
    addWithin(
      opened.database,
      Array.from({ length: 3 }, () => envelope({ tenantId })),
      limits,
    )
  const results = (await Promise.all(['a', 'a', 'a', 'b', 'b', 'c', 'c', 'd'].map(send))).flat()
  expect(results.filter(({ ok }) => ok)).toHaveLength(12)
  const counts = await opened.database.query<{ count: number }>(
    'SELECT count(*) AS count FROM {schema}.arrivals GROUP BY tenant',
  )
  expect(Math.max(...counts.map(({ count }) => count))).toBeLessThanOrEqual(5)
  const signal = envelope({ event: signalEventOf('go') })
  expect(await addWithin(opened.database, [signal], limits)).toEqual([{ ok: true, id: signal.id, deduplicated: false }])
})

test('sends of a process at once keep their order, and one that fails does not fail the others', async () => {
  await using opened = await openDatabase()
  const queue = new SendQueue(opened.database)
  const sends = Array.from({ length: 30 }, (_, index) => envelope(index === 7 ? { priority: 0, runAt: 1.5e300 } : {}))
  const results = await Promise.allSettled(sends.map((one) => queue.add([one], undefined)))
  expect(results.map(({ status }) => status)).toEqual(sends.map((_, index) => (index === 7 ? 'rejected' : 'fulfilled')))
  const rows = await opened.database.query<{ job: string }>('SELECT job FROM {schema}.arrivals ORDER BY seq')
  expect(rows.map(({ job }) => job)).toEqual(sends.filter((_, index) => index !== 7).map(({ id }) => id))
})

test('a send that fills the last places can be repeated if its answer was lost', async () => {
  await using opened = await openDatabase()
  const envelopes = [envelope(), envelope()]
  const first = await addWithin(opened.database, envelopes, { limit: 2 })
  expect(await addWithin(opened.database, envelopes, { limit: 2 })).toEqual(first)
  const [third] = await addWithin(opened.database, [envelope()], { limit: 2 })
  expect(third!.ok).toBe(false)
})
