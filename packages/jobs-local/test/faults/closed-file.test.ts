import { copyFileSync, existsSync, rmSync } from 'node:fs'

import { defineJob } from '@cgk-platform/jobs-core'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { expect, test } from 'vitest'

import { countOf, openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

test('the file is complete without its log when all clients are closed', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const other = open()
  await Promise.all([ask(client), ask(other)])
  await client.close()
  expect(existsSync(`${path}-wal`)).toBe(true)
  await other.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
  copyFileSync(path, `${path}.copy`)
  expect(countOf(openDatabase(`${path}.copy`), 'cgk_jobs')).toBe(2)
})

test('a closed client can still read, including later writes of others', async ({ onTestFinished }) => {
  const { client, open } = createSharedFile(onTestFinished)
  const first = await ask(client)
  await client.close()
  expect(await client.getJobStatus(first)).toMatchObject({ state: 'queued' })
  const other = open({ role: 'send' })
  await other.cancelJob(first)
  expect(await client.getJobStatus(first)).toMatchObject({ state: 'cancelled' })
  await expect(ask(client)).rejects.toMatchObject({ code: 'client_closed' })
})

test('a closed client does not recreate a deleted file', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  const id = await ask(client)
  await client.close()
  rmSync(path)
  await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'store', path })
  expect(existsSync(path)).toBe(false)
})

test('a handler that outlives its client logs no error when it ends', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  let end: (() => void) | undefined
  const handler = (): Promise<void> => new Promise((resolve) => (end = resolve))
  const logger = createRecordedLogger()
  const client = open({}, { jobs: [defineJob({ id: 'work', event: 'analytics.track', handler })], logger })
  await client.start()
  const id = await ask(client)
  await waitUntil(() => end !== undefined)
  await client.close({ timeout: 0 })
  end?.()
  // The store handles its outcome in a later turn of the event loop.
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  expect(logger.messages('error')).toEqual([])
  expect(countOf(openDatabase(path), 'cgk_workers')).toBe(0)
  expect(await client.getJobStatus(id)).toMatchObject({ state: 'queued' })
})

test('a client whose last handler ends during its close leaves the workers', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  let end: (() => void) | undefined
  const handler = (): Promise<void> => new Promise((resolve) => (end = resolve))
  const client = open({}, { jobs: [defineJob({ id: 'work', event: 'analytics.track', handler })] })
  await client.start()
  await ask(client)
  await waitUntil(() => end !== undefined)
  const closing = client.close()
  end!()
  await closing
  expect(countOf(openDatabase(path), 'cgk_workers')).toBe(0)
})
