import { DatabaseSync } from 'node:sqlite'

import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createJobClient } from '../../src/index.ts'
import { createTestFile } from '../kit/test-file.ts'

test('the health check says that the log grows while a transaction reads the file, and nothing stops', async ({
  onTestFinished,
}) => {
  const { path } = createTestFile()
  const config = { path, role: 'send' as const }
  const client = createJobClient({ provider: 'local', config, jobs: [], logger: createRecordedLogger() })
  const [reader, writer] = [new DatabaseSync(path), new DatabaseSync(path)]
  onTestFinished(async () => {
    await client.close()
    for (const database of [reader, writer]) database.close()
  })
  const send = () => client.sendJob('work.requested', { tenantId: 'acme' })
  const store = async () => (await client.healthCheck()).checks.find(({ name }) => name === 'store')
  await send()
  expect(await store()).toMatchObject({ ok: true })

  reader.exec('BEGIN; SELECT * FROM cgk_jobs')
  writer.exec('CREATE TABLE other (value BLOB)')
  for (let count = 0; count < 130; count++) writer.exec(`INSERT INTO other VALUES (zeroblob(${1024 * 1024}))`)
  expect(await store()).toEqual({
    name: 'store',
    ok: false,
    message: expect.stringMatching(/`-wal` file has 13\d MiB/u),
  })
  await send()

  reader.exec('COMMIT')
  await send() // copies the log into the file
  await send() // begins it again
  expect(await store()).toMatchObject({ ok: true })
})
