import { expect, test } from 'vitest'

import { changed, openDatabase, openStore } from '../../../test/kit/open-store.ts'
import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createTemporaryFile } from '../../../test/kit/temporary-file.ts'
import { waitUntil } from '../../../test/kit/wait-until.ts'

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
  let isFull = true
  let tries = 0
  const tryTo = (): void => {
    tries++
    if (isFull) throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  }
  const outcome = store.change(tryTo, { done: () => undefined })
  await waitUntil(() => tries === 3) // the pause before the next try is now 200 ms
  const refused: Error[] = []
  const send = (): Promise<void> | undefined =>
    store.change(tryTo, { done: () => undefined, failed: (error) => void refused.push(error) })
  for (let sends = 1; sends <= 5; sends++) {
    void send()
    await turns()
    expect([refused.length, tries]).toEqual([sends, 3 + sends])
  }
  isFull = false
  void send()
  await turns()
  expect([refused.length, tries]).toEqual([5, 3 + 5 + 2])
  await outcome
})

/** Waits for a few turns of the event loop, which take less time than any pause of the queue. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
}
