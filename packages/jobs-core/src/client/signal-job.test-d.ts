import { expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import { defineSignal, type Signal } from '../events/define-signal.ts'
import { eventType } from '../events/event-type.ts'
import type { Steps } from '../jobs/steps.ts'
import type { JobClient, TenantClient } from './job-client.ts'

declare const step: Steps<'order.created'>
declare const client: JobClient
declare const tenant: TenantClient

const approval = defineSignal('types.approval', eventType<{ approved: boolean; by: string }>())
const parsed = defineSignal('types.parsed', z.object({ at: z.coerce.date<string>(), note: z.string().default('') }))

test('a wait returns the output of the schema, or null', () => {
  const approved = step.waitForSignal('approval', approval, { timeout: '7d' })
  expectTypeOf(approved).resolves.toEqualTypeOf<{ approved: boolean; by: string } | null>()
  const answer = step.waitForSignal('parsed', parsed, { timeout: '7d' })
  expectTypeOf(answer).resolves.toEqualTypeOf<{ at: Date; note: string } | null>()
  // @ts-expect-error -- the timeout is required
  void step.waitForSignal('approval', approval, {})
  // @ts-expect-error -- a signal, not its name
  void step.waitForSignal('approval', 'types.approval', { timeout: '7d' })
})

test('a send takes the input of the schema', () => {
  void client.signalJob('job_1', approval, { approved: true, by: 'Ada' }, { idempotencyKey: 'click' })
  void tenant.signalJob('job_1', parsed, { at: '2026-03-01' })
  // @ts-expect-error -- a field is missing
  void client.signalJob('job_1', approval, { approved: true })
  // @ts-expect-error -- not a boolean
  void client.signalJob('job_1', approval, { approved: 'yes', by: 'Ada' })
  // @ts-expect-error -- no such field
  void tenant.signalJob('job_1', parsed, { at: '2026-03-01', by: 'Ada' })
  // @ts-expect-error -- the payload is required
  void client.signalJob('job_1', approval)
})

test('a send by name takes any payload', () => {
  void client.signalJob('job_1', 'types.approval', { any: 'thing' })
})

test('a token takes the input of the schema', () => {
  const job = { jobId: 'job_1', tenantId: 'acme', expiresIn: '7d' } as const
  void client.createSignalToken({ ...job, signal: approval, payload: { approved: true, by: 'mail' } })
  void client.createSignalToken({ ...job, signal: approval })
  // @ts-expect-error -- a field is missing
  void client.createSignalToken({ ...job, signal: approval, payload: { approved: true } })
})

test('the payload of a signal is an object that JSON can hold', () => {
  expectTypeOf(approval).toExtend<Signal>()
  // @ts-expect-error -- not an object
  defineSignal('types.text', z.string())
  // @ts-expect-error -- a Date, which JSON cannot hold
  defineSignal('types.date', eventType<{ at: Date }>())
})
