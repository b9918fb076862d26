import { defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { PGlite } from '@electric-sql/pglite'
import { expect, onTestFinished, test } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import '../kit/open-app.ts'

test('on PGlite, handlers with a transaction run one at a time', async () => {
  const pglite = await PGlite.create()
  onTestFinished(() => pglite.close())
  await pglite.exec('CREATE TABLE effects (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)')
  let running = 0
  let most = 0
  const job = defineJob({
    id: 'on-pglite',
    event: 'work.asked',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1 },
    transaction: true,
    handler: async ({ payload }, { transaction, attempt }) => {
      most = Math.max(most, ++running)
      const name = payload.number === 3 && attempt === 1 ? 'taken' : `${payload.number}`
      await transaction.query('INSERT INTO effects VALUES ($1)', [name])
      running--
      if (payload.number === 2 && attempt === 1) throw new Error('the first attempt')
    },
  })
  await pglite.exec("INSERT INTO effects VALUES ('taken')")
  const provider = createPostgresProvider({ pglite })
  const client = createClient({ load: () => provider }, { jobs: [job], logger: createRecordedLogger() })
  onTestFinished(() => client.close())
  const sent = await Promise.all([1, 2, 3].map((number) => client.sendJob('work.asked', { tenantId: 'acme', number })))
  const ended = await Promise.all(sent.map(({ id }) => client.waitForJob(id)))
  expect(ended.map(({ state, runs }) => [state, runs[0]!.attempts])).toEqual([
    ['completed', 1],
    ['completed', 2],
    ['completed', 2],
  ])
  const { rows } = await pglite.query('SELECT name FROM effects ORDER BY name')
  expect(rows).toEqual(['1', '2', '3', 'taken'].map((name) => ({ name })))
  expect(most).toBe(1)
})
