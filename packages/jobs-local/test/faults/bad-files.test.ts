import { createHash } from 'node:crypto'
import {
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { StoreError } from '@cgk-platform/jobs-core/errors'
import { describe, expect, test } from 'vitest'

import { createConnection } from '../../src/store/sqlite/file/connection.ts'
import { openFile, prepare } from '../../src/store/sqlite/file/open-file.ts'
import { ask, createSharedFile, openAndSend } from '../kit/shared-file.ts'
import { createTemporaryFile, type TemporaryFile } from '../kit/temporary-file.ts'

/** Creates a file with jobs and a log, as after a crash. */
function makeCrashedFile({ path, folder }: TemporaryFile): void {
  const file = join(folder, 'crashed.db')
  const connection = openFile(file)
  connection.run("INSERT INTO cgk_ticks VALUES ('daily', 1)")
  const [main, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
  connection.close()
  writeFileSync(path, main)
  writeFileSync(`${path}-wal`, log)
}

function flipByte(path: string, position: number): void {
  const bytes = readFileSync(path)
  bytes[position]! ^= 0xff
  writeFileSync(path, bytes)
}

const cases: readonly [name: string, make: (file: TemporaryFile) => string, problem: string, says: string][] = [
  [
    'in a folder that does not exist',
    ({ folder }) => join(folder, 'none', 'jobs.db'),
    'not found',
    'Create the folder',
  ],
  [
    'whose folder is a file',
    ({ path }) => (writeFileSync(path, ''), join(path, 'jobs.db')),
    'not found',
    'Create the folder',
  ],
  ['that is a folder', ({ folder }) => folder, 'not a file', 'Set `path` to a file.'],
  ['with a name that is too long', ({ folder }) => join(folder, 'x'.repeat(300)), 'failed', 'ENAMETOOLONG'],
  [
    'of another program’s database',
    ({ path }) => {
      const database = new DatabaseSync(path)
      database.exec('CREATE TABLE orders (id INTEGER)')
      database.close()
      return path
    },
    'not ours',
    'Choose another path.',
  ],
  [
    'that is not a database',
    ({ path }) => (writeFileSync(path, 'Dear diary, '.repeat(1000)), path),
    'not ours',
    'Choose another path',
  ],
  [
    'with a damaged beginning',
    (file) => {
      openFile(file.path).close()
      flipByte(file.path, 3)
      return file.path
    },
    'not ours',
    'restore a backup',
  ],
  [
    'of which only the beginning remains',
    (file) => {
      openFile(file.path).close()
      truncateSync(file.path, 5000)
      return file.path
    },
    'corrupt',
    'restore a backup',
  ],
  [
    'that is empty while its log exists',
    (file) => {
      makeCrashedFile(file)
      truncateSync(file.path, 0)
      return file.path
    },
    'corrupt',
    'log',
  ],
  [
    'that is missing while its log exists',
    (file) => {
      makeCrashedFile(file)
      rmSync(file.path)
      return file.path
    },
    'corrupt',
    'log',
  ],
  ...[0, 9, 18, 30].map((position): (typeof cases)[number] => [
    `whose log has a damaged header (byte ${position})`,
    (file) => {
      makeCrashedFile(file)
      flipByte(`${file.path}-wal`, position)
      return file.path
    },
    'corrupt',
    'move the log away',
  ]),
  [
    'of a later version of this package',
    ({ path }) => {
      const connection = openFile(path)
      connection.exec('UPDATE cgk_meta SET version = 99, usable_since = 98')
      connection.close()
      return path
    },
    'newer',
    'has schema version 99, which processes of version 98 or later can use',
  ],
  [
    'of a version before the first release',
    ({ path }) => {
      const connection = openFile(path)
      connection.exec('UPDATE cgk_meta SET version = 15; ALTER TABLE cgk_meta DROP COLUMN usable_since')
      connection.close()
      return path
    },
    'failed',
    'Choose another `path`, or delete the file',
  ],
]

const contentsOf = (path: string): unknown[] =>
  [path, `${path}-wal`].map((file) => {
    try {
      return createHash('sha256').update(readFileSync(file)).digest('hex')
    } catch {
      return undefined
    }
  })

test.for(cases)(
  'a file %s is rejected by name with a remedy, and not changed',
  async ([_, make, problem, says], { onTestFinished }) => {
    const file = createTemporaryFile('memory')
    onTestFinished(file.remove)
    const path = make(file)
    const before = contentsOf(path)
    const error = await openAndSend(path).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'StoreError', code: 'store', path, problem })
    expect((error as StoreError).message).toContain(`\`${path}\``)
    expect((error as StoreError).message).toContain(says)
    expect(contentsOf(path)).toEqual(before)
  },
)

test('a log with a truncated end keeps the earlier commits', ({ onTestFinished }) => {
  const file = createTemporaryFile('memory')
  onTestFinished(file.remove)
  makeCrashedFile(file)
  const log = `${file.path}-wal`
  truncateSync(log, readFileSync(log).length - 100)
  const connection = openFile(file.path)
  expect(connection.all('SELECT version FROM cgk_meta')).toHaveLength(1)
  connection.close()
})

test.for([
  ['ends within its header', (log: Buffer) => log.subarray(0, 20)],
  ['is all zeros', (log: Buffer) => log.fill(0)],
  ['begins with zeros', (log: Buffer) => log.fill(0, 0, 32)],
] as const)('a log that %s after a power cut was never synced and counts as empty', ([_, cut], { onTestFinished }) => {
  const file = createTemporaryFile('memory')
  onTestFinished(file.remove)
  openFile(file.path).close()
  makeCrashedFile({ ...file, path: join(file.folder, 'other.db') })
  writeFileSync(`${file.path}-wal`, cut(readFileSync(join(file.folder, 'other.db-wal'))))
  openFile(file.path).close()
  // The file itself may not have been synced either.
  writeFileSync(`${file.path}-wal`, cut(readFileSync(join(file.folder, 'other.db-wal'))))
  truncateSync(file.path, 0)
  const connection = openFile(file.path)
  expect(connection.run("INSERT INTO cgk_ticks VALUES ('hourly', 1)")).toBe(1)
  expect(connection.all('SELECT definition_id FROM cgk_ticks')).toEqual([{ definition_id: 'hourly' }])
  connection.close()
})

test('rejects a file system without support for the log, with a remedy', () => {
  const database = new DatabaseSync(':memory:') // has no log either
  expect(() => prepare(createConnection(database, 'jobs.db'))).toThrow(
    expect.objectContaining({ problem: 'failed', message: expect.stringContaining('Use a path on a local disk') }),
  )
  database.close()
})

test('a commit is on disk when it returns, also on macOS', ({ onTestFinished }) => {
  const file = createTemporaryFile('memory')
  onTestFinished(file.remove)
  const connection = openFile(file.path)
  for (const [name, value] of Object.entries({ synchronous: 2, fullfsync: 1, checkpoint_fullfsync: 1 })) {
    expect(connection.get(`PRAGMA ${name}`)).toEqual({ [name]: value })
  }
  connection.close()
})

test.runIf(process.platform !== 'win32')('only the owner can read the created files', async ({ onTestFinished }) => {
  const before = process.umask(0)
  onTestFinished(() => void process.umask(before))
  const { path, client } = createSharedFile(onTestFinished)
  await ask(client)
  for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600)
})

describe.runIf(process.platform !== 'win32')('a path that is a symbolic link', () => {
  const modesOf = (path: string): number[] =>
    [path, `${path}-wal`, `${path}-shm`].map((file) => statSync(file).mode & 0o777)

  test.for([
    ['to a file that does not exist yet', (path: string) => path],
    ['to another link to such a file', (path: string) => (symlinkSync(path, `${path}.link`), `${path}.link`)],
    [
      'to a path relative to its folder, which is a link too',
      (path: string) => join('..', '..', 'real', basename(path)),
    ],
  ] as const)('%s creates the target with its log beside it, readable only by the owner', ([_, targetOf], context) => {
    const before = process.umask(0)
    context.onTestFinished(() => void process.umask(before))
    const { folder, remove } = createTemporaryFile('memory')
    context.onTestFinished(remove)
    for (const name of ['real', join('deep', 'other')]) mkdirSync(join(folder, name), { recursive: true })
    symlinkSync(join(folder, 'deep', 'other'), join(folder, 'linked'))
    const file = join(realpathSync(folder), 'real', 'jobs.db')
    const link = join(folder, 'linked', 'jobs.db')
    symlinkSync(targetOf(file), link)
    const connection = openFile(link)
    connection.run("INSERT INTO cgk_ticks VALUES ('daily', 1)")
    expect(connection.path).toBe(file)
    expect(modesOf(file)).toEqual([0o600, 0o600, 0o600])
    connection.close()
  })

  test('to a file with a damaged log is rejected like that file', async ({ onTestFinished }) => {
    const file = createTemporaryFile('memory')
    onTestFinished(file.remove)
    makeCrashedFile(file)
    flipByte(`${file.path}-wal`, 9)
    const link = join(file.folder, 'link.db')
    symlinkSync(file.path, link)
    const before = contentsOf(file.path)
    await expect(openAndSend(link)).rejects.toMatchObject({ code: 'store', problem: 'corrupt' })
    expect(contentsOf(file.path)).toEqual(before)
  })

  test('to itself is rejected', async ({ onTestFinished }) => {
    const { path, remove } = createTemporaryFile('memory')
    onTestFinished(remove)
    symlinkSync(path, path)
    await expect(openAndSend(path)).rejects.toMatchObject({
      problem: 'failed',
      message: expect.stringContaining('ELOOP'),
    })
  })
})
