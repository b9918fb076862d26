import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

import { createJobClient } from '@cgk-platform/jobs'
import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { Pool } from 'pg'
import { expect, onTestFinished, test } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'

const url = (file: string): string => new URL(`../src/${file}`, import.meta.url).pathname

function start(file: string, databaseUrl: string): ChildProcess {
  const env = { ...bareEnvironment(), DATABASE_URL: databaseUrl }
  const args = ['--conditions=@cgk-platform/source', '--no-warnings', url(file)]
  const started = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void started.kill('SIGKILL'))
  return started
}

test('each order has one mail, whenever its processes are killed', async () => {
  const server = await startEmbeddedServer()
  onTestFinished(() => server.stop())
  const pool = new Pool({ connectionString: server.url })
  onTestFinished(() => pool.end())
  const idsOf = async (sql: string): Promise<string[]> =>
    (await pool.query<{ id: string }>(sql)).rows.map(({ id }) => id)

  await once(start('worker.ts', server.url).stdout!, 'data') // creates the tables
  for (let round = 0; round < 3; round++) {
    const processes = ['shop.ts', 'worker.ts', 'worker.ts'].map((file) => start(file, server.url))
    const before = await idsOf('SELECT order_id AS id FROM mails')
    while ((await idsOf('SELECT order_id AS id FROM mails')).length < before.length + 20) await setTimeout(20)
    for (const killed of processes) {
      await setTimeout(Math.random() * 100)
      killed.kill('SIGKILL')
      await once(killed, 'exit')
    }
  }

  const client = createJobClient({ provider: 'postgres', config: { connectionString: server.url, role: 'send' } })
  onTestFinished(() => client.close())
  const hasOpenJobs = async (): Promise<boolean> => {
    const { count } = await client.inspect.countJobs({ states: ['scheduled', 'queued', 'running', 'retrying'] })
    return count > 0
  }
  while (await hasOpenJobs()) await setTimeout(100)

  const orders = await idsOf('SELECT id FROM orders ORDER BY id')
  expect(orders.length).toBeGreaterThanOrEqual(60)
  expect(await idsOf('SELECT order_id AS id FROM mails ORDER BY order_id')).toEqual(orders)
  expect((await client.inspect.countJobs({ states: ['completed'] })).count).toBe(orders.length)
})
