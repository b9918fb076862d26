import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'

import { countOf, openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'

test('when all clients are closed the file is whole by itself', async ({ onTestFinished }) => {
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

test('a client that was closed reads on, also what others write since', async ({ onTestFinished }) => {
  const { client, open } = createSharedFile(onTestFinished)
  const first = await ask(client)
  await client.close()
  expect(await client.getJobStatus(first)).toMatchObject({ state: 'queued' })
  const other = open({ role: 'send' })
  await other.cancelJob(first)
  expect(await client.getJobStatus(first)).toMatchObject({ state: 'cancelled' })
  await expect(ask(client)).rejects.toMatchObject({ code: 'client_closed' })
})

test('a client that was closed does not make a file anew that is gone', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  const id = await ask(client)
  await client.close()
  rmSync(path)
  await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'store', path })
  expect(existsSync(path)).toBe(false)
})
