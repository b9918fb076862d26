import { quietLogger, serveApp } from '@cgk-platform/inngest-loopback'
import { defineJob } from '@cgk-platform/jobs-core'
import { Inngest } from 'inngest'
import { expect, onTestFinished, test } from 'vitest'

import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { eventKey, signingKey } from '../kit/secrets.ts'

// docs/security.md describes these routes, which anyone can reach. The behavior is that of the SDK.

const event = {
  name: 'order.created',
  id: '01JZ0000000000000000000001',
  data: { tenantId: 'acme', orderId: 'o' },
  ts: 1,
}
const ctx = {
  run_id: '01JZ0000000000000000000000',
  attempt: 0,
  fn_id: 'jobs-work',
  disable_immediate_execution: false,
  use_api: false,
  stack: { stack: [], current: 0 },
}

/** Calls a served job like Inngest, but unsigned. Returns the status and whether the handler was called. */
async function callUnsigned(options: { isDev: boolean; signingKey?: string }) {
  let called = false
  const job = defineJob({ id: 'work', event: 'order.created', handler: () => void (called = true) })
  const client = new Inngest({ id: 'jobs', eventKey, logger: quietLogger, ...options })
  const app = await serveApp(client, createInngestFunctions({ client, jobs: [job], logger: quietLogger }))
  onTestFinished(() => app.close())
  const { status } = await fetch(`${app.url}?fnId=jobs-work&stepId=step`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ctx, event, events: [event], steps: {}, version: 1, use_api: false }),
  })
  return { status, called }
}

test('an unsigned request runs no job', async () => {
  expect(await callUnsigned({ isDev: false, signingKey })).toEqual({ status: 401, called: false })
})

test('an unsigned request runs a job if INNGEST_DEV is set', async () => {
  expect(await callUnsigned({ isDev: true })).toEqual({ status: 206, called: true })
})
