import { describe, expect, test } from 'vitest'

import { createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createClient } from '../client/create-client.ts'
import type { AttemptInfo, JobHooks } from '../hooks/hooks.ts'
import type { Outcome } from '../hooks/outcome.ts'

type Changing = { -readonly [Key in keyof AttemptInfo]: AttemptInfo[Key] } & { outcome: Outcome }

/** Deletes the received data, like a hook that masks secrets. */
function mask(attempt: AttemptInfo): void {
  const info = attempt as Changing
  info.jobId = '[masked]'
  info.attempt = 99
  if (info.outcome?.type === 'completed') (info.outcome.output as { card: string }).card = '[masked]'
  if (info.outcome?.type === 'failed') (info.outcome.error as { message: string }).message = '[masked]'
  Object.assign(info, { outcome: undefined })
}

describe('changes of a hook do not reach', () => {
  const cases: [what: string, handler: () => unknown, kept: object][] = [
    ['output', () => ({ card: '4242' }), { type: 'completed', output: { card: '4242' } }],
    [
      'error',
      () => {
        throw new Error('Declined.')
      },
      { type: 'failed', error: { message: 'Declined.' } },
    ],
  ]

  test.each(cases)('the next hook: the %s of a run', async (_what, handler, kept) => {
    const received: unknown[] = []
    const hooks: JobHooks = {
      onAttemptStart: mask,
      onAttemptEnd: mask,
      onRunEnd: (info) => void received.push(info),
    }
    const definition = orderJob(handler, { retry: { maxAttempts: 1 } })
    await createAttemptKit().run(definition, orderEnvelope(), { hooks })
    expect(received).toMatchObject([{ jobId: 'job_1', attempt: 1, outcome: kept }])
  })

  test('the engine: the payload and the rest of the envelope', async () => {
    const fake = createFakeProvider()
    const payload = {
      tenantId: 'acme',
      orderId: 'order_1',
      customerEmail: 'ada@example.com',
      items: [{ sku: 'MUG', quantity: 1 }],
    }
    const hooks: JobHooks = {
      onSend({ envelope }) {
        const masked = envelope as { tenantId?: string; payload: Partial<typeof payload> }
        delete masked.tenantId
        delete masked.payload.customerEmail
        masked.payload.items!.length = 0
      },
    }
    const client = createClient({ load: () => fake }, { jobs: [], hooks })
    await client.sendJob('order.created', payload)
    await client.sendJobs([{ event: 'order.created', payload }])
    expect(fake.sent).toMatchObject([1, 2].map(() => ({ tenantId: 'acme', payload })))
  })
})
