import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs-local'
import { expect, test } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { printReceipt } from './kit/shop.ts'
import { startTelemetry } from './kit/start-telemetry.ts'

/** Sends a job to a file, and dies in its first attempt. */
const dyingWorker = `
  import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs-local'
  defineEvents({ 'shop.paid': eventType() })
  const handler = () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => undefined) }
  const jobs = [defineJob({ id: 'print-receipt', event: 'shop.paid', handler })]
  const client = createJobClient({ provider: 'local', config: { path: process.env.JOBS_PATH }, jobs })
  await client.sendJob('shop.paid', { tenantId: 'acme', orderId: 'order_1' })
  setInterval(() => undefined, 1000)
`

test('the span of an attempt after the death of its process says so', async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'otel-crash-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'jobs.db')
  const flags = ['--conditions=@cgk-platform/source', '--no-warnings', '--input-type=module', '--eval', dyingWorker]
  const options = { cwd: join(import.meta.dirname, '..'), env: { ...process.env, JOBS_PATH: path } }
  const [, signal] = (await once(spawn(process.execPath, flags, options), 'close')) as [unknown, string]
  expect(signal).toBe('SIGKILL')
  const telemetry = startTelemetry()
  onTestFinished(() => telemetry.stop())
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const instrument = openTelemetry()
  const client = createJobClient({ provider: 'local', config: { path }, jobs: [printReceipt], logger, instrument })
  onTestFinished(() => client.close())
  await client.start()
  await expect.poll(() => telemetry.spans().map(({ name }) => name)).toEqual(['process print-receipt'])
  expect(telemetry.spans()[0]?.attributes).toMatchObject({ 'cgk.jobs.attempt': 2, 'cgk.jobs.follows_crash': true })
})
