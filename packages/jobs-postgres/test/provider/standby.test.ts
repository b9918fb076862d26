import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { Client } from 'pg'
import { expect, it, onTestFinished, vi } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'

/** Starts a server that follows no other, until someone promotes it. Returns its URL. @param hasTables - with one job in them */
async function startStandby(hasTables: boolean): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'standby-'))
  chmodSync(parent, 0o777)
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  const folder = join(parent, 'data')
  const primary = await startEmbeddedServer([], folder)
  if (hasTables) await openClient(primary.url, 'send').sendJob('order.created', { tenantId: 'acme', orderId: 'before' })
  await primary.stop()
  writeFileSync(join(folder, 'standby.signal'), '')
  const standby = await startEmbeddedServer([], folder)
  onTestFinished(() => standby.stop())
  return standby.url
}

const done: string[] = []
const work = defineJob({
  id: 'work',
  event: 'order.created',
  handler: ({ payload }) => void done.push(payload.orderId),
})

function openClient(connectionString: string, role: 'both' | 'send') {
  const provider = createPostgresProvider({ connectionString, role })
  const jobs = role === 'send' ? [] : [work]
  const client = createClient({ load: () => provider }, { jobs, logger: createRecordedLogger() })
  onTestFinished(() => client.close({ timeout: 0 }))
  return client
}

it.each([true, false])(
  'a standby is read-only, and its jobs run once it is promoted (it has the tables: %s)',
  async (hasTables) => {
    done.length = 0
    const url = await startStandby(hasTables)
    const send = () => openClient(url, 'send').sendJob('order.created', { tenantId: 'acme', orderId: 'after' })
    const worker = openClient(url, 'both')
    await worker.start().catch(() => undefined)
    await expect(send()).rejects.toMatchObject({
      accepted: 'no',
      cause: { problem: 'read-only', message: expect.stringContaining('onnect to the primary server') },
    })
    expect(await worker.healthCheck()).toMatchObject({ ok: false })

    const admin = new Client(url)
    await admin.connect()
    await admin.query('SELECT pg_promote()')
    await admin.end()
    await vi.waitFor(send, { timeout: 60_000 })
    const expected = hasTables ? ['before', 'after'] : ['after']
    await vi.waitFor(() => expect(done).toEqual(expected), { timeout: 60_000 })
    await expect
      .poll(() => worker.healthCheck(), { timeout: 60_000 })
      .toMatchObject({
        ok: true,
        checks: expect.arrayContaining([
          expect.objectContaining({ name: 'notifications', message: expect.stringMatching(/^listening/) }),
        ]),
      })
  },
)
