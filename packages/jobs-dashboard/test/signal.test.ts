import { defineSignal, defineWorkflow } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'
import * as z from 'zod/v4'

import type { ErrorJson, JobJson } from '../src/api-types.ts'
import { openDashboard } from './kit/open-dashboard.ts'
import { shop } from './kit/shop.ts'

const approval = defineSignal('approval', z.object({ by: z.string() }))
const refund = defineWorkflow({
  id: 'refund',
  event: 'shop.shipped',
  steps: (_event, step) => step.waitForSignal('approved', approval, { timeout: '7d' }),
})

test('a user may send a signal for which a job of their tenant waits', async () => {
  const opened = openDashboard({}, undefined, [...Object.values(shop), refund])
  const { id } = await opened.engine.client.sendJob('shop.shipped', { tenantId: 'acme', orderId: '1' })
  await opened.engine.settle()
  const ada = opened.as({ tenants: ['acme'], can: { signal: true, payloads: true } })
  const read = async () => (await ada.read<JobJson>(`job?id=${id}`)).runs[0]!
  expect((await read()).steps).toMatchObject([{ kind: 'waitForSignal', waitsFor: { signal: 'approval' } }])

  const stranger = opened.as({ tenants: ['globex'], can: { signal: true } })
  const body = { id, signal: 'approval', payload: { by: 'Ada' } }
  expect((await stranger.post('signal', body)).status).toBe(404)
  const invalid = await ada.post('signal', { ...body, payload: { by: 5 } })
  expect([invalid.status, ((await invalid.json()) as ErrorJson).error.issues]).toEqual([
    422,
    [{ path: 'payload.by', message: expect.any(String) }],
  ])
  expect((await ada.post('signal', body)).status).toBe(200)
  await opened.engine.settle()
  expect((await read()).steps![0]!.output).toMatchObject({ kind: 'json', json: { payload: { by: 'Ada' } } })
  expect(((await (await ada.post('signal', body)).json()) as ErrorJson).error.code).toBe('job_not_signalable')
  expect(opened.audited).toMatchObject([
    { outcome: 'failed', error: 'job_not_found' },
    { outcome: 'failed', error: 'payload_invalid' },
    { action: 'signal', outcome: 'done', tenantId: 'acme', target: { ids: [id], signal: 'approval' } },
    { outcome: 'failed', error: 'job_not_signalable' },
  ])
})
