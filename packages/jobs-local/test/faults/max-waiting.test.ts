import '@cgk-platform/test-kit/work'
import type { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { openDatabase } from '../kit/open-store.ts'
import { createSharedFile } from '../kit/shared-file.ts'

const payload = { tenantId: 'acme', number: 1 }

describe.runIf(readsTypeScript)('processes that send to one file', () => {
  test('never exceed the limits together, with single sends and batches', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const text = `
      const client = createJobClient({
        provider: 'local', config: { path, role: 'send' }, jobs: [], logger, maxWaiting: { limit: 100, perTenant: 40 },
      })
      const item = (tenantId) => ({ event: 'analytics.track', payload: { tenantId, event: 'opened' } })
      let sent = 0
      for (let round = 0; round < 20; round++) {
        for (const tenantId of ['acme', 'globex', 'initech']) {
          await client.sendJob('analytics.track', item(tenantId).payload).then(() => sent++, ({ code }) => say(code))
        }
        for (const { ok } of await client.sendJobs([item('acme'), item('globex'), item('initech')])) if (ok) sent++
      }
      say('sent ' + sent)
      await client.close()
    `
    const children = Array.from({ length: 3 }, () => start(text))
    for (const { ended } of children) expect(await ended).toEqual({ code: 0, signal: null })
    const lines = children.flatMap((child) => child.lines)
    const sent = lines.filter((line) => line.startsWith('sent ')).map((line) => Number(line.slice(5)))
    expect(sent.reduce((sum, count) => sum + count)).toBe(100)
    expect(new Set(lines.filter((line) => !line.startsWith('sent ')))).toEqual(new Set(['too_many_waiting']))
    const { jobs } = await client.listJobs({ limit: 1000 })
    expect(jobs).toHaveLength(100)
    for (const tenantId of ['acme', 'globex', 'initech'])
      expect(jobs.filter((job) => job.tenantId === tenantId).length).toBeLessThanOrEqual(40)
  })
})

test('a send within a transaction of the app counts the jobs of the transaction', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const client = open({ role: 'send' }, { maxWaiting: { perTenant: 2 } })
  await client.healthCheck()
  const database = openDatabase(path)
  const within = { transaction: database as DatabaseSync }
  database.exec('BEGIN IMMEDIATE')
  await client.sendJob('work.requested', payload, within)
  await client.sendJob('work.requested', payload, within)
  await expect(client.sendJob('work.requested', payload, within)).rejects.toMatchObject({ code: 'too_many_waiting' })
  database.exec('ROLLBACK')
  await client.sendJob('work.requested', payload)
  await client.sendJob('work.requested', payload)
  await expect(client.sendJob('work.requested', payload)).rejects.toMatchObject({ code: 'too_many_waiting' })
})
