import type { Outcome } from '@cgk-platform/jobs-core/provider'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'
import { expect, test, vi } from 'vitest'

import type { EndedAttempt } from './ended-attempts.ts'
import { OutcomeQueue } from './outcome-queue.ts'

const ignore = (): void => undefined
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Opens a queue whose transactions end as the test says. */
function openQueue(changesOf: (run: StoredRun) => Promise<unknown> | undefined = () => undefined) {
  const batches: {
    readonly ids: readonly string[]
    readonly outcomes: readonly Outcome[]
    end(error?: Error): void
  }[] = []
  const write = vi.fn<(ended: readonly EndedAttempt[]) => Promise<void>>(
    (ended: readonly EndedAttempt[]) =>
      new Promise<void>((resolve, reject) => {
        batches.push({
          ids: ended.map(({ run }) => run.id),
          outcomes: ended.map(({ outcome }) => outcome),
          end: (error) => (error ? reject(error) : resolve()),
        })
      }),
  )
  const recorded: string[] = []
  const queue = new OutcomeQueue({ logger, write, changesOf })
  const add = (id: string, outcome: Outcome = { type: 'completed' }): Promise<void> =>
    queue.add([{ run: { id } as StoredRun, attempt: 1, outcome, releasesSlot: true }], () => recorded.push(id))
  const nextBatch = async (number: number) => {
    await vi.waitFor(() => expect(batches.length).toBe(number), 60_000)
    return batches[number - 1]!
  }
  return { queue, add, nextBatch, recorded }
}

test('outcomes of one turn, and those that end while a transaction runs, share a transaction', async () => {
  const { add, nextBatch, recorded, queue } = openQueue()
  void add('a')
  const last = add('b')
  const first = await nextBatch(1)
  void add('c')
  const end = add('d')
  expect(first.ids).toEqual(['a', 'b'])
  first.end()
  await last
  expect(recorded).toEqual(['a', 'b'])
  const second = await nextBatch(2)
  expect(second.ids).toEqual(['c', 'd'])
  second.end()
  await end
  expect(queue.size).toBe(0)
})

test('a large output does not delay smaller ones, and an outcome waits for the changes of its run', async () => {
  let resolve = (): void => undefined
  const saved = new Promise<void>((done) => (resolve = done))
  const { add, nextBatch } = openQueue(({ id }) => (id === 'late' ? saved : undefined))
  void add('late')
  void add('large', { type: 'completed', output: 'x'.repeat(2 ** 21) })
  void add('small')
  const first = await nextBatch(1)
  expect(first.ids).toEqual(['small'])
  resolve()
  await saved
  first.end()
  const second = await nextBatch(2)
  expect(second.ids).toEqual(['late'])
  second.end()
  expect((await nextBatch(3)).ids).toEqual(['large'])
})

test('an outcome that the database rejects fails its run, and no other', async () => {
  const { add, nextBatch, recorded } = openQueue()
  const all = [add('a'), add('bad')]
  const rejected = new Error('the database failed', { cause: Object.assign(new Error('too large'), { code: '54000' }) })
  ;(await nextBatch(1)).end(rejected)
  ;(await nextBatch(2)).end()
  ;(await nextBatch(3)).end(rejected)
  const failed = await nextBatch(4)
  expect(failed.outcomes).toMatchObject([{ type: 'failed', error: { message: 'the database failed' } }])
  failed.end()
  await Promise.all(all)
  expect(recorded).toEqual(['a', 'bad'])
})

test('outcomes that are given up are not recorded', async () => {
  const { add, nextBatch, recorded, queue } = openQueue()
  const end = add('a')
  ;(await nextBatch(1)).end(new Error('gone'))
  await end
  expect(recorded).toEqual([])
  expect(queue.size).toBe(0)
})
