import { expect, test } from 'vitest'

import { evidence, job, line } from './fixtures.ts'
import { checkStarts } from './starts.ts'

const started = (id: string, atMs: number) => job(id, { definitionId: 'limited', startedAt: new Date(atMs) })
const sending = (item: string, store: string) =>
  line(0, 's1.1', { type: 'sending', item, kind: 'limited', tenant: 'ada', store })
const sent = (item: string) => line(1, 's1.1', { type: 'sent', item, job: item, deduplicated: false })
const entries = [...['a', 'b'].flatMap((id) => [sending(id, 'north'), sent(id)]), sending('c', 'south'), sent('c')]

test('two starts of a store have the distance of the throttle', () => {
  const jobs = [started('a', 1000), started('b', 1200), started('c', 1201)]
  expect(checkStarts(evidence(entries, jobs), 'limited', 200)).toEqual([])
  expect(checkStarts(evidence(entries, jobs), 'limited', 201)).toMatchObject([
    { job: 'b', message: 'of `ada north` started 200 ms after a; the throttle allows 201 ms' },
  ])
})

test('no limited job starts while they are paused', () => {
  const paused = line(5, 'conductor', { type: 'limited jobs were paused', from: 1000, until: 2000 })
  const jobs = [started('a', 1000), started('b', 1500), started('c', 2000)]
  expect(checkStarts(evidence([...entries, paused], jobs), 'limited', 200)).toMatchObject([
    { job: 'b', message: 'started 500 ms after the pause' },
  ])
})
