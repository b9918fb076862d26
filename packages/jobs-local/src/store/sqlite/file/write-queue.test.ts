import { bindLogger } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { describe, expect, test, type TestContext } from 'vitest'

import { changed, openDatabase, openStore } from '../../../../test/kit/open-store.ts'
import { createEnvelope } from '../../../../test/kit/stored-run.ts'
import { createTemporaryFile } from '../../../../test/kit/temporary-file.ts'
import { nextTurn } from '../../../../test/kit/turns.ts'
import { waitUntil } from '../../../../test/kit/wait-until.ts'
import { openFile } from './open-file.ts'
import { toStoreError } from './to-store-error.ts'
import { maxSmallChanges } from './waiting-changes.ts'
import { WriteQueue } from './write-queue.ts'

const now = 1_000_000

test('gives up a change that violates a constraint without blocking others', async ({ onTestFinished }) => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const store = openStore(path)
  const envelope = createEnvelope()
  await changed(store, () => store.add([envelope], now))
  const problems: Error[] = []
  const twice = store.change(() => store.add([envelope], now), {
    done: () => undefined,
    failed: (error) => void problems.push(error),
  })
  const nobodyTold = store.change(() => store.add([envelope], now), { done: () => undefined })
  const other = createEnvelope()
  await changed(store, () => store.add([other], now))
  await Promise.all([twice, nobodyTold])
  expect(problems).toMatchObject([
    { code: 'store', problem: 'failed', message: expect.stringMatching(/UNIQUE constraint/) },
  ])
  const rows = openDatabase(path).prepare('SELECT id FROM cgk_jobs ORDER BY seq').all()
  expect(rows).toEqual([{ id: envelope.id }, { id: other.id }])
})

test('a send on a full disk is refused at once, whatever else waits', async ({ onTestFinished }) => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const store = openStore(path)
  const disk = { isFull: true }
  const tries = { outcome: 0, send: 0 }
  const tryTo = (name: keyof typeof tries) => (): void => {
    tries[name]++
    if (!disk.isFull) return
    throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  }
  const outcome = store.change(tryTo('outcome'), { done: () => undefined })
  await waitUntil(() => tries.outcome === 3)
  const refused: Error[] = []
  const send = (): Promise<void> | undefined =>
    store.change(tryTo('send'), { done: () => undefined, failed: (error) => void refused.push(error) })
  for (let sends = 1; sends <= 50; sends++) {
    void send()
    await waitUntil(() => refused.length === sends)
  }
  // The outcome is tried after pauses. Sends that waited for them would be refused no more often.
  expect(tries.outcome).toBeLessThan(3 + 50)
  disk.isFull = false
  await Promise.all([send(), outcome])
  expect(refused).toHaveLength(50)
})

describe('the changes of one turn of the event loop', () => {
  /** Opens a queue on a new file. `written` lists the changes of each transaction. */
  function openQueue(onTestFinished: TestContext['onTestFinished']): { queue: WriteQueue; written: string[][] } {
    const { path, remove } = createTemporaryFile('memory')
    const connection = openFile(path)
    onTestFinished(() => {
      connection.close()
      remove()
    })
    const written: string[][] = []
    const queue = new WriteQueue({
      connection,
      logger: bindLogger(createRecordedLogger(), {}),
      onBegin: () => written.push([]) > 0,
      beforeCommit: () => undefined,
      toError: (error) => toStoreError(error, path),
      onRollback: () => undefined,
    })
    return { queue, written }
  }
  const into = (written: string[][], name: string) => (): void => void written.at(-1)!.push(name)
  const done = (): void => undefined

  test('take several turns if they are many, and one that must see the others is the last of its turn', async ({
    onTestFinished,
  }) => {
    const { queue, written } = openQueue(onTestFinished)
    void queue.add(into(written, 'last'), { done, last: true })
    const names = Array.from({ length: 2 * maxSmallChanges + 10 }, (_, number) => String(number))
    const all = Promise.all(names.map((name) => queue.add(into(written, name), { done })))
    await nextTurn()
    expect(written).toHaveLength(1)
    await all
    expect(written.map(({ length }) => length)).toEqual([maxSmallChanges, maxSmallChanges, 11])
    expect(written.flat()).toEqual(names.toSpliced(maxSmallChanges - 1, 0, 'last'))
  })

  test('are all refused at once if the disk is full, even if they are many', async ({ onTestFinished }) => {
    const { queue } = openQueue(onTestFinished)
    let refused = 0
    const fail = (): never => {
      throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
    }
    const count = 2 * maxSmallChanges + 10
    for (let added = 0; added < count; added++) void queue.add(fail, { done, failed: () => void refused++ })
    await waitUntil(() => refused === count)
  })

  test('do not wait for a large one, which has its own transaction', async ({ onTestFinished }) => {
    const { queue, written } = openQueue(onTestFinished)
    const add = (name: string, isLarge = false) => queue.add(into(written, name), { done, isLarge })
    const all = [add('large', true), add('one'), add('second large', true), add('two')]
    await all[1]
    void add('three')
    await Promise.all(all)
    expect(written).toEqual([['one', 'two'], ['large'], ['three'], ['second large']])
  })

  test('that are large are written in one turn, and end for their callers in the next', async ({ onTestFinished }) => {
    const { queue, written } = openQueue(onTestFinished)
    const told: string[] = []
    const large = queue.add(into(written, 'large'), { done: () => void told.push('large'), isLarge: true })
    await nextTurn()
    expect([written, told]).toEqual([[['large']], []])
    await large
    expect(told).toEqual(['large'])
  })

  test('that are large do not delay a read', async ({ onTestFinished }) => {
    const { queue, written } = openQueue(onTestFinished)
    const large = queue.add(into(written, 'large'), { done, isLarge: true })
    queue.writeNow()
    expect(written).toEqual([])
    await large
    void queue.add(into(written, 'small'), { done })
    queue.writeNow()
    expect(written).toEqual([['large'], ['small']])
  })
})
