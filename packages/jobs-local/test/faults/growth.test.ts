import { statSync } from 'node:fs'

import { expect, test } from 'vitest'

import type { Handled } from '../../src/store/job-store.ts'
import { takeOver } from '../../src/store/sqlite/runs-table.ts'
import { openFile } from '../../src/store/sqlite/open-file.ts'
import { changed, countOf, openDatabase, openStore } from '../kit/open-store.ts'
import { readsTypeScript, runModule } from '../kit/run-node.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const now = 1_000_000
const handled: Handled = { definitionId: 'work', event: 'work.asked', maxAttempts: 3 }
const reason = { name: 'Error', message: 'closed' }
const noLimits = () => undefined

test('workers that come and go leave no more than what the last one had', async () => {
  const { path } = createTemporaryFile('memory')
  for (let life = 0; life < 20; life++) {
    const store = openStore(path)
    store.shared!.handle([handled])
    await changed(store, () => store.claim(1, noLimits, now))
    await changed(store, () => store.close(reason, now))
    store.shared!.dispose()
  }
  const database = openDatabase(path)
  expect([countOf(database, 'cgk_workers'), countOf(database, 'cgk_handled')]).toEqual([0, 1])
})

test('a worker that is gone leaves no news of cancels that it never heard of', async () => {
  const { path } = createTemporaryFile('memory')
  const [worker, other] = [openStore(path), openStore(path)]
  const envelope = createEnvelope()
  await changed(worker, () => {
    worker.add([envelope], now)
    for (const job of worker.takeDueJobs(10, now)) worker.addRuns(job, [handled], now)
    return worker.claim(1, noLimits, now)
  })
  await changed(other, () => other.cancel(envelope.id, now))
  const database = openDatabase(path)
  expect(countOf(database, 'cgk_notices')).toBe(1)
  const connection = openFile(path)
  for (const { id } of connection.all<{ id: number }>('SELECT id FROM cgk_workers')) takeOver(connection, id)
  connection.close()
  expect(countOf(database, 'cgk_notices')).toBe(0)
})

test('a log that has grown large once is small again when it is begun anew', ({ onTestFinished }) => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const connection = openFile(path)
  connection.exec('CREATE TABLE large AS SELECT zeroblob(80000000) AS bytes')
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(80_000_000)
  connection.exec('PRAGMA wal_checkpoint')
  connection.exec("INSERT INTO cgk_ticks VALUES ('daily', 1)")
  expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(64 * 1024 * 1024)
  connection.close()
})

test.runIf(readsTypeScript)('a process that only sends keeps nothing of what it has sent', async () => {
  const file = createTemporaryFile('memory')
  const ended = await runModule(
    `
    import { createJobClient } from '@cgk-platform/jobs-local'
    const client = createJobClient({ provider: 'local', config: { path: process.env.JOBS_PATH, role: 'send' }, jobs: [] })
    const send = async (count) => {
      for (let number = 0; number < count; number++) {
        const payload = { text: Buffer.alloc(100_000, 'x').toString() + number }
        await client.sendJob('webhook.process', { tenantId: 'acme', webhookId: 'w', payload })
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = await send(10)
    console.log(await send(300) - before)
    process.exit()
    `,
    { flags: ['--expose-gc'], env: { JOBS_PATH: file.path } },
  )
  file.remove()
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(Number(ended.stdout)).toBeLessThan(10_000_000)
})
