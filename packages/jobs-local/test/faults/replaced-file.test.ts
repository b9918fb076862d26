import { spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, openSync, renameSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { OpenedFile } from '../../src/store/sqlite/file/opened-file.ts'
import { toStoreError } from '../../src/store/sqlite/file/to-store-error.ts'
import { mountSmallDisk } from '../kit/full-disk.ts'
import { together } from '../kit/run-node.ts'
import { ask, createSharedFile, openAndSend } from '../kit/shared-file.ts'
import { createTestFile } from '../kit/test-file.ts'

const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => 'done' })

const faults: readonly [name: string, make: (path: string) => void, problem: string, says: string][] = [
  ['was removed', (path) => rmSync(path), 'replaced', 'was removed while this process had it open'],
  ['was renamed', (path) => renameSync(path, `${path}.old`), 'replaced', 'was removed while'],
  [
    'was replaced by a copy',
    (path) => (copyFileSync(path, `${path}.copy`), renameSync(`${path}.copy`, path)),
    'replaced',
    'was replaced while this process had it open',
  ],
  ['lost its log', (path) => rmSync(`${path}-wal`), 'replaced', '-wal` was removed while'],
  ['lost the index of its log', (path) => rmSync(`${path}-shm`), 'replaced', '-shm` was removed while'],
  ['was emptied', (path) => truncateSync(path, 0), 'corrupt', 'was truncated while this process had it open'],
  ['was cut in half', (path) => truncateSync(path, statSync(path).size / 2), 'corrupt', 'was truncated while'],
]

const cases = faults.flatMap((fault) =>
  (['send', 'work', 'both'] as const).map((role) => [fault[0], role, fault] as const),
)

// Windows does not let anybody remove or replace a file that is open.
describe.runIf(process.platform !== 'win32')('a client whose file', together, () => {
  test.for(cases)(
    '%s refuses sends and is not healthy, with the role `%s`',
    async ([, role, [, make, problem, says]], { onTestFinished }) => {
      const { path, open } = createSharedFile(onTestFinished)
      const client = open({ role }, { jobs: role === 'send' ? [] : [job] })
      await ask(client)
      checkpoint(path)
      expect((await client.healthCheck()).checks).toContainEqual(expect.objectContaining({ name: 'store', ok: true }))
      make(path)
      const health = await client.healthCheck()
      expect(health).toMatchObject({ ok: false })
      const message = expect.stringContaining(says)
      expect(health.checks).toContainEqual({ name: 'store', ok: false, message })
      await expect(ask(client)).rejects.toMatchObject({ accepted: 'no', message, cause: { problem, path } })
    },
  )
})

/** Puts all pages into the file, and empties its log. */
function checkpoint(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

test.runIf(process.platform !== 'win32')('a file that was put back is used again', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  await ask(client)
  renameSync(path, `${path}.old`)
  await expect(ask(client)).rejects.toMatchObject({ cause: { problem: 'replaced' } })
  renameSync(`${path}.old`, path)
  await ask(client)
  expect((await client.listJobs()).jobs).toHaveLength(2)
})

test('a file that shrinks because its jobs were deleted is in order', ({ onTestFinished }) => {
  const { path } = createTestFile()
  const connection = openFile(path)
  onTestFinished(() => connection.close())
  const file = new OpenedFile(connection)
  const grow = (): void => {
    connection.exec(
      'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000) ' +
        "INSERT INTO cgk_ticks SELECT 'job' || n || hex(randomblob(100)), 1 FROM numbers",
    )
    connection.exec('PRAGMA wal_checkpoint')
    file.check()
  }
  grow()
  const before = statSync(path).size
  connection.exec('DELETE FROM cgk_ticks')
  connection.exec('PRAGMA incremental_vacuum')
  connection.exec('PRAGMA wal_checkpoint')
  expect(statSync(path).size).toBeLessThan(before)
  file.check()
  grow()
})

test('a file that is shorter than it says is in order while its log contains the other pages', ({ onTestFinished }) => {
  const { path } = createTestFile()
  const connection = openFile(path)
  onTestFinished(() => connection.close())
  const file = new OpenedFile(connection)
  connection.exec('INSERT INTO cgk_ticks SELECT hex(randomblob(100000)), 1')
  const { page_count: pages } = connection.get<{ page_count: number }>('PRAGMA page_count')!
  const size = statSync(path).size
  // A checkpoint writes the first page, which contains the number of pages, before it extends the file.
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, Buffer.from([0, 0, pages >> 8, pages & 255]), 0, 4, 28)
  closeSync(descriptor)
  expect(file.checkLength()).toBe(false)
  connection.exec('PRAGMA wal_checkpoint')
  file.check()
  connection.exec('INSERT INTO cgk_ticks VALUES (1, 1)') // restarts the log
  truncateSync(path, size)
  expect(() => file.check()).toThrow('was truncated while')
})

test('a file on a disk that is mounted read-only is reported as such', async ({ onTestFinished, skip }) => {
  const disk = mountSmallDisk('4m')
  if (typeof disk === 'string') return skip(disk)
  onTestFinished(() => disk.remove())
  const path = join(disk.folder, 'jobs.db')
  await openAndSend(path)
  const { status } = spawnSync('/bin/mount', ['-o', 'remount,ro', disk.folder])
  if (status !== 0) return skip('a disk could not be mounted read-only')
  const message = expect.stringContaining('is on a disk that is mounted read-only. Mount')
  await expect(openAndSend(path)).rejects.toMatchObject({ problem: 'read-only', path, message })
  await expect(openAndSend(join(disk.folder, 'new.db'))).rejects.toMatchObject({ problem: 'read-only' })
  // A disk can become read-only while the file is open, because of an error. SQLite then reports an input or output error.
  const failed = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 778 })
  expect(toStoreError(failed, path)).toMatchObject({ problem: 'read-only', message })
})
