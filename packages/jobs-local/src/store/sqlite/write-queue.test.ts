import { expect, test } from 'vitest'

import { changed, openDatabase, openStore } from '../../../test/kit/open-store.ts'
import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createTemporaryFile } from '../../../test/kit/temporary-file.ts'

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
