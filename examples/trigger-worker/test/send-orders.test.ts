import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import {
  type CliWorker,
  createLoopbackServer,
  type LoopbackServer,
  startCliWorker,
} from '@cgk-platform/trigger-loopback'
import { afterAll, beforeAll, expect, it } from 'vitest'

const projectDir = join(import.meta.dirname, '..')
const data = mkdtempSync(join(tmpdir(), 'trigger-worker-'))
let server: LoopbackServer
let worker: CliWorker

beforeAll(async () => {
  server = await createLoopbackServer()
  worker = await startCliWorker({ server, projectDir, maxConcurrentRuns: 6, env: { STOREFRONT_DATA: data } })
})

afterAll(async () => {
  await worker?.close()
  await server.close()
  rmSync(data, { recursive: true })
})

/** Runs the script in its own process, as a sender with the environment's key. */
async function sendOrders(...args: string[]): Promise<string[]> {
  const { PATH } = process.env
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@cgk-platform/source', join(projectDir, 'src/send-orders.ts'), ...args],
    { env: { PATH, TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey } },
  )
  return stdout.trimEnd().split('\n')
}

it('runs the first orders of a day in the worker, with the sums of the file', async () => {
  const lines = await sendOrders('60')
  expect(lines).toHaveLength(1 + 60 + 1)
  expect(lines[0]).toBe('60 orders and refunds of 2010-12-01')
  expect(lines).toContain('536365   united-kingdom  £139.12 paid')
  expect(lines.at(-1)).toBe('56 paid, £23,666.80, after 7 declines; 1 failed; 3 refunded, £173.63')
})

it('finds the existing jobs if orders are sent again, and moves no money twice', async () => {
  const lines = await sendOrders('20')
  expect(lines[0]).toBe('20 orders and refunds of 2010-12-01, 20 of which had been sent before')
  expect(lines.at(-1)).toBe('18 paid, £4,681.09, after 2 declines; 0 failed; 2 refunded, £32.15')
})
