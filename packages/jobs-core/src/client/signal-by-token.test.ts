import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod/v4'

import { createFakeProvider, type FakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { createManualClock, type ManualClock } from '../../test/kit/manual-clock.ts'
import { defineSignal } from '../events/define-signal.ts'
import { eventType } from '../events/event-type.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'
import type { SignalTokenOptions } from './signal-token-options.ts'

const approval = defineSignal('token.approval', z.object({ by: z.string() }))
const secret = 'a secret of thirty-two characters'
const former = 'a former secret of the application'
const job: SignalTokenOptions<typeof approval.payload> = {
  jobId: 'job_1',
  tenantId: 'acme',
  signal: approval,
  expiresIn: '7d',
  secret,
}

let fake: FakeProvider
let clock: ManualClock
let client: JobClient
beforeEach(() => {
  fake = createFakeProvider()
  clock = createManualClock()
  client = createClient({ load: () => fake }, { jobs: [], clock })
  fake.jobs.set('job_1', jobStatus({ id: 'job_1', state: 'running' }))
})

const payloads = (): unknown[] => fake.sent.map(({ payload }) => (payload as { payload: unknown }).payload)

describe('a token', () => {
  test('fits into a link, and sends its payload with a key of its own', async () => {
    const token = await client.createSignalToken({ ...job, payload: { by: 'mail ✓' } })
    expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/)
    await client.signalWithToken(token, undefined, { secret })
    await client.signalWithToken(token, undefined, { secret })
    const [key, again] = fake.sent.map(({ idempotencyKey }) => idempotencyKey)
    expect(payloads()).toEqual([{ by: 'mail ✓' }, { by: 'mail ✓' }])
    expect(key).toBe(`job_1/token/${token.split('.')[1]}`)
    expect(again).toBe(key)
  })

  test('keeps the dates of its payload', async () => {
    const postponed = defineSignal('token.postponed', eventType<{ until: Date }>({ dates: true }))
    const payload = { until: new Date(5) }
    const token = await client.createSignalToken({ ...job, signal: postponed, payload })
    await client.signalWithToken(token, undefined, { secret })
    expect(payloads()).toEqual([{ until: { $date: '1970-01-01T00:00:00.005Z' } }])
  })

  test('is checked by the schema of a signal that the client does not know', async () => {
    const other = { name: 'token.unknown', payload: z.object({ by: z.string() }) }
    await expect(
      client.createSignalToken({ ...job, signal: other, payload: { by: 5 as never } }),
    ).rejects.toMatchObject({ code: 'payload_invalid' })
  })

  test('has no date that its workflow would get as a string', async () => {
    const plain = defineSignal('token.plain', eventType<{ at: string }>())
    const payload = { at: new Date(0) as never }
    await expect(client.createSignalToken({ ...job, signal: plain, payload })).rejects.toMatchObject({
      code: 'not_serializable',
    })
  })

  test('without a payload takes that of the call', async () => {
    const token = await client.createSignalToken(job)
    await client.signalWithToken(token, { by: 'Ada' }, { secret })
    expect(payloads()).toEqual([{ by: 'Ada' }])
    await expect(client.signalWithToken(token, undefined, { secret })).rejects.toMatchObject({
      code: 'payload_invalid',
    })
  })

  test('with a payload refuses another', async () => {
    const token = await client.createSignalToken({ ...job, payload: { by: 'mail' } })
    await expect(client.signalWithToken(token, { by: 'holder' }, { secret })).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('the token has its own'),
    })
    expect(fake.sent).toEqual([])
  })

  test('counts with the current and with former secrets', async () => {
    const token = await client.createSignalToken({ ...job, payload: { by: 'mail' }, secret: [former, secret] })
    await client.signalWithToken(token, undefined, { secret: [secret, former] })
    await expect(client.signalWithToken(token, undefined, { secret })).rejects.toMatchObject({ reason: 'unsigned' })
  })

  test('expires', async () => {
    const token = await client.createSignalToken({ ...job, payload: { by: 'mail' }, expiresIn: 1000 })
    await clock.advance(999)
    await client.signalWithToken(token, undefined, { secret })
    await clock.advance(1)
    await expect(client.signalWithToken(token, undefined, { secret })).rejects.toMatchObject({
      code: 'signal_token_invalid',
      reason: 'expired',
      message: expect.stringContaining('longer `expiresIn`'),
    })
  })

  test('does not count if any character of it was changed', async () => {
    const token = await client.createSignalToken({ ...job, payload: { by: 'mail' } })
    const other = (character: string): string => (character === 'A' ? 'B' : 'A')
    // Of the last character, four bits are not used.
    for (const at of Array.from(token.slice(0, -1)).keys()) {
      const changed = token.slice(0, at) + other(token[at]!) + token.slice(at + 1)
      await expect(client.signalWithToken(changed, undefined, { secret })).rejects.toMatchObject({
        code: 'signal_token_invalid',
      })
    }
    for (const malformed of ['', 'a', token.slice(0, -1), `${token}A`, `${token}.x`, undefined as never])
      await expect(client.signalWithToken(malformed, undefined, { secret })).rejects.toMatchObject({
        reason: 'malformed',
      })
    expect(fake.sent).toEqual([])
  })

  test("is bound to the job's tenant", async () => {
    const token = await client.createSignalToken({ ...job, tenantId: 'globex', payload: { by: 'mail' } })
    await expect(client.signalWithToken(token, undefined, { secret })).rejects.toMatchObject({ code: 'job_not_found' })
    const system = await client.createSignalToken({ ...job, tenantId: 'system', payload: { by: 'mail' } })
    fake.jobs.set('job_1', jobStatus({ id: 'job_1', state: 'running', tenantId: 'system' }))
    await client.signalWithToken(system, undefined, { secret })
    expect(fake.sent).toMatchObject([{ tenantId: 'system' }])
  })

  test('has its payload checked when it is created', async () => {
    const wrong = client.createSignalToken({ ...job, payload: { by: 5 as never } })
    await expect(wrong).rejects.toMatchObject({ code: 'payload_invalid', issues: [{ path: 'payload.by' }] })
  })

  test.each<[options: object, words: RegExp]>([
    [{ jobId: undefined }, /`jobId` is missing/],
    [{ tenantId: '' }, /`tenantId` is/],
    [{ signal: 'a b' }, /`signal` is `a b`, which is no name/],
    [{ expiresIn: undefined }, /`expiresIn` is missing.*how long/],
    [{ secret: 'short' }, /`secret` has `5` characters.*at least 32 random characters/],
    [{ secret: [] }, /`secret` is an empty array/],
    [{ secret: 5 }, /`secret` is a number/],
    [{ secret: undefined }, /`secret` is undefined.*JOB_SIGNAL_SECRET/],
  ])('refuses %j', async (options, words) => {
    const created = client.createSignalToken({ ...job, ...options } as never)
    await expect(created).rejects.toMatchObject({ code: 'invalid_option', message: expect.stringMatching(words) })
  })

  test('is signed with `JOB_SIGNAL_SECRET` by default', async () => {
    vi.stubEnv('JOB_SIGNAL_SECRET', secret)
    onTestFinished(() => void vi.unstubAllEnvs())
    const token = await client.createSignalToken({ ...job, secret: undefined, payload: { by: 'mail' } })
    await client.signalWithToken(token)
    await client.signalWithToken(token, undefined, { secret })
    expect(fake.sent).toHaveLength(2)
  })
})
