import assert from 'node:assert/strict'

import { NonRetryableError, type JobCodec, type Steps } from '@cgk-platform/jobs-core'
import { systemClock } from '@cgk-platform/jobs-core/provider'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { anything, type CodedHost, type CodedOptions, createRotatedCodec, withCodec } from '../codec-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { untyped } from '../untyped-client.ts'

const secret = 'Ada Lovelace'
const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 } as const

type DefineCoded = CodedOptions['define']

interface Message {
  readonly id: string
  readonly payload: { readonly name?: string; readonly round?: number }
}

/** Waits until a job was left a while, then returns what its runs tell. */
async function waitUndecoded(t: CaseTools, { client }: CodedHost, id: string, calls: readonly unknown[]) {
  const until = t.now() + 5000
  await t.waitUntil('time has passed', () => t.now() >= until)
  const { state, runs } = await client.getJobStatus(id)
  assert.deepEqual(calls, [])
  assert.ok(['queued', 'running', 'retrying', 'scheduled'].includes(state), `The job is \`${state}\`.`)
  for (const run of runs) assert.equal(run.error, undefined)
}

/** Cases: what engines store with a codec, and what happens if it fails. */
const jobCases: readonly Omit<ConformanceCase, 'rule'>[] = [
  {
    id: 'codec-payload-and-output',
    title: 'with a codec, the handler and readers get the payload and the output, and a client without it neither',
    async run(t) {
      const got: unknown[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({
          id: 'coded',
          event,
          handler: ({ payload }: Message) => {
            got.push(payload)
            return { greeting: `Hello ${payload.name}`, at: [1, null] }
          },
        })
      await withCodec(t, { codec: createRotatedCodec(), define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        assert.equal(state, 'completed')
        assert.deepEqual(got, [{ tenantId: t.tenantId, name: secret }])
        assert.deepEqual(runs[0]?.output, { greeting: `Hello ${secret}`, at: [1, null] })
        const without = await coded.readWithout(id)
        assert.ok(!without.includes('Ada') && without.includes('`codec.decode` is missing'), without)
        assert.ok(without.includes(t.tenantId))
      })
    },
  },
  {
    id: 'codec-errors',
    title: 'with a codec, the texts of errors are encoded, and their names and codes are not',
    async run(t) {
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({
          id: 'coded',
          event,
          retry,
          handler: ({ payload }: Message) => {
            const cause = new Error(`Unknown ${payload.name}`)
            throw Object.assign(new NonRetryableError(`No mail for ${payload.name}`, { cause }), { name: 'MailError' })
          },
        })
      await withCodec(t, { codec: createRotatedCodec(), define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        const { name, code, message, cause } = runs[0]!.error!
        assert.deepEqual([state, runs[0]?.attempts, name, code], ['failed', 1, 'MailError', 'non_retryable'])
        assert.equal(message, `No mail for ${secret}`)
        assert.equal(cause?.message, `Unknown ${secret}`)
        const without = await coded.readWithout(id)
        assert.ok(!without.includes('Ada') && without.includes('MailError'), without)
      })
    },
  },
  {
    id: 'codec-cannot-decode',
    title: 'a job that the codec cannot decode waits without an attempt, and runs once it can',
    requiredFeatures: ['delay'],
    async run(t) {
      const codec = createRotatedCodec()
      const attempts: number[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({
          id: 'coded',
          event,
          retry: { maxAttempts: 1 },
          handler: (_: Message, { attempt }: { attempt: number }) => void attempts.push(attempt),
        })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const { id } = await coded.send(event, {}, { delay: '2s' })
        codec.keys.splice(0, 1, 'k2')
        await waitUndecoded(t, coded, id, attempts)
        codec.keys.unshift('k1')
        const { state } = await t.waitUntil(
          'it runs',
          async () => {
            const status = await coded.client.getJobStatus(id)
            return status.state === 'completed' && status
          },
          1_200_000,
        )
        assert.deepEqual([state, attempts], ['completed', [1]])
      })
    },
  },
  {
    id: 'codec-missing',
    title: 'a process without the codec leaves a job to others, and counts no attempt',
    requiredFeatures: ['cancelJob of a waiting job'],
    async run(t) {
      const calls: unknown[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({ id: 'coded', event, handler: () => void calls.push(1) })
      await withCodec(t, { define }, async (coded, [event]) => {
        const sender = coded.host.other({ codec: createRotatedCodec() })
        const { id } = await untyped(sender).sendJob(event, { tenantId: t.tenantId, name: secret })
        await sender.close()
        await waitUndecoded(t, coded, id, calls)
        await coded.client.cancelJob(id)
      })
    },
  },
  {
    id: 'codec-rotated-key',
    title: 'jobs and waiting retries decode after the key was rotated, as long as the codec knows the old one',
    async run(t) {
      const codec = createRotatedCodec()
      const names: unknown[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({
          id: 'coded',
          event,
          retry,
          handler: ({ payload }: Message, { attempt }: { attempt: number }) => {
            names.push(payload.name)
            if (attempt > 1) return payload.name
            codec.keys.push(`k${codec.keys.length + 1}`)
            throw new Error('Again.')
          },
        })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        assert.deepEqual([state, runs[0]?.output, names], ['completed', secret, [secret, secret]])
      })
    },
  },
  {
    id: 'codec-cannot-encode-a-send',
    title: 'a payload that the codec cannot encode is not sent, and the other items are',
    async run(t) {
      const codec = createRotatedCodec({
        encode: (text) => {
          if (text.includes('refused')) throw new Error('No key.')
          return text.includes('number') ? (1 as unknown as string) : Buffer.from(text).toString('base64')
        },
        decode: (text) => Buffer.from(text, 'base64').toString(),
      })
      const define: DefineCoded = (jobs, [event]) => jobs.defineJob({ id: 'coded', event, handler: () => undefined })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const options = t.capabilities.features.idempotencyKey.supported ? { idempotencyKey: t.unique('key') } : {}
        const refused = await t.expectError('codec', () => coded.send(event, { name: 'refused' }, options))
        assert.match(refused.message, /`codec\.encode` threw/)
        const wrong = await t.expectError('codec', () => coded.send(event, { name: 'number' }, options))
        assert.match(wrong.message, /`codec\.encode` returned a number/)
        const items = ['refused', 'accepted'].map((name) => ({
          event,
          payload: { tenantId: t.tenantId, name },
          options,
        }))
        const [first, second] = await untyped(coded.client).sendJobs(items)
        assert.ok(first && !first.ok && first.error.code === 'codec')
        assert.ok(second?.ok && !second.job.deduplicated)
      })
    },
  },
  {
    id: 'codec-cannot-encode-an-output',
    title: 'an attempt whose output the codec cannot encode has failed, and is retried',
    async run(t) {
      let failures = 1
      const base = createRotatedCodec()
      const codec: JobCodec = {
        ...base,
        encode(text, context) {
          if (text.includes('output') && !text.includes('name') && failures-- > 0) throw new Error(secret)
          return base.encode(text, context)
        },
      }
      const attempts: number[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({
          id: 'coded',
          event,
          retry,
          handler: (_: Message, { attempt }: { attempt: number }) => {
            attempts.push(attempt)
            return 'output'
          },
        })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        assert.deepEqual([state, runs[0]?.output, attempts], ['completed', 'output', [1, 2]])
      })
    },
  },
  {
    id: 'codec-slow',
    title: 'the time that a codec takes does not count toward the `timeout` of the handler',
    requiredFeatures: ['timeout'],
    async run(t) {
      const clock = t.engine.clock ?? systemClock
      const slowly = <T>(value: T): Promise<T> =>
        new Promise((resolve) => void clock.setTimer(3000, () => resolve(value)))
      const codec: JobCodec = {
        encode: (text) => slowly(Buffer.from(text).toString('base64')),
        decode: (text) => slowly(Buffer.from(text, 'base64').toString()),
      }
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({ id: 'coded', event, retry, timeout: 2000, handler: ({ payload }: Message) => payload.name })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const { id } = await t.waitForSettled(coded.send(event, { name: secret }))
        const { state, runs } = await t.waitForSettled(coded.client.waitForJob(id))
        assert.deepEqual([state, runs[0]?.attempts, runs[0]?.output], ['completed', 1, secret])
      })
    },
  },
  {
    id: 'codec-and-idempotency-key',
    title: 'with a codec, a repeated idempotency key still creates one job',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      let count = 0
      const base = createRotatedCodec()
      const codec = { ...base, encode: async (text: string) => `${await base.encode(text, t)}.${count++}` }
      const define: DefineCoded = (jobs, [event]) => jobs.defineJob({ id: 'coded', event, handler: () => undefined })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const options = { idempotencyKey: t.unique('key') }
        const first = await coded.send(event, { name: secret }, options)
        const again = await coded.send(event, { name: secret }, options)
        assert.deepEqual([again.id, again.deduplicated], [first.id, true])
      })
    },
  },
  {
    id: 'codec-batch',
    title: 'a batch job gets the decoded events, and each run its own output',
    requiredFeatures: ['batches'],
    async run(t) {
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineBatchJob({
          id: 'coded',
          event,
          maxSize: 2,
          maxWait: '1s',
          handler: (events: readonly Message[]) => events.map(({ payload }) => `for ${payload.name}`),
        })
      await withCodec(t, { codec: createRotatedCodec(), define }, async (coded, [event]) => {
        const sent = await Promise.all([secret, 'Grace'].map((name) => coded.send(event, { name })))
        const ended = await Promise.all(sent.map(({ id }) => coded.waitForEnd(id)))
        const outputs = ended.map(({ runs }) => runs[0]?.output)
        assert.deepEqual(outputs, [`for ${secret}`, 'for Grace'])
        assert.ok(!(await coded.readWithout(sent[0]!.id)).includes('Ada'))
      })
    },
  },
  {
    id: 'codec-reserved-key',
    title: 'a payload or an output that looks like an encoded one is refused',
    async run(t) {
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineJob({ id: 'coded', event, handler: () => ({ $encoded: 'text' }) })
      await withCodec(t, { define }, async (coded, [event]) => {
        await t.expectError('not_serializable', () => coded.send(event, { $encoded: 'text' }))
        const { id } = await coded.send(event)
        const { state, runs } = await coded.waitForEnd(id)
        assert.deepEqual([state, runs[0]?.error?.code], ['failed', 'not_serializable'])
      })
    },
  },
]

const workflowCases: readonly Omit<ConformanceCase, 'rule'>[] = [
  {
    id: 'codec-steps',
    title:
      'with a codec, steps keep their results and errors encoded, and the code, compensations and readers get them',
    async run(t) {
      const seen: unknown[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineWorkflow({
          id: 'coded',
          event,
          retry: { maxAttempts: 1 },
          async steps({ payload }: Message, step: Steps) {
            const charge = await step.run('charge', () => ({ card: payload.name }), {
              compensate: (output) => void seen.push(output),
            })
            await step.sleep('nap', 1000)
            const caught = await step
              .run('mail', () => Promise.reject(new Error(`No mail for ${charge.card}`)), { retry: { maxAttempts: 1 } })
              .catch((error: Error) => (error.cause as Error).message)
            await step.sleep('again', 1000)
            throw new NonRetryableError(String(caught))
          },
        })
      await withCodec(t, { codec: createRotatedCodec(), define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        assert.deepEqual([state, runs[0]?.error?.message], ['failed', `No mail for ${secret}`])
        assert.deepEqual(seen, [{ card: secret }])
        if (t.capabilities.features['status.steps'].supported) {
          const charge = runs[0]?.steps?.find((step) => step.id === 'charge')
          const mail = runs[0]?.steps?.find((step) => step.id === 'mail')
          assert.deepEqual([charge?.output, mail?.error?.message], [{ card: secret }, `No mail for ${secret}`])
        }
        const without = await coded.readWithout(id)
        assert.ok(!without.includes('Ada'), without)
      })
    },
  },
  {
    id: 'codec-match',
    title: 'with a codec, a wait matches plain fields alone; another field fails the run with the remedy',
    async run(t) {
      const codec = createRotatedCodec({ plainFields: ['orderId'] })
      const define: DefineCoded = (jobs, [event, other]) =>
        jobs.defineWorkflow({
          id: 'coded',
          event,
          retry: { maxAttempts: 1 },
          async steps({ payload }: { payload: { match: string } }, step: Steps) {
            const options = { match: payload.match as never, timeout: '1h' as const }
            const paid = (await step.waitForEvent('paid', other as never, options)) as unknown as Message | null
            return paid?.payload.name
          },
        })
      await withCodec(t, { codec, define }, async (coded, [event, other]) => {
        const { id } = await coded.send(event, { match: 'orderId', orderId: 'o-1' })
        await t.waitUntil('it waits', async () => {
          const { runs } = await coded.client.getJobStatus(id)
          return runs[0]?.steps?.[0]?.state === 'waiting'
        })
        await coded.send(other, { orderId: 'o-2', name: 'Grace' })
        await coded.send(other, { orderId: 'o-1', name: secret })
        const paid = await coded.waitForEnd(id)
        assert.deepEqual([paid.state, paid.runs[0]?.output], ['completed', secret])
        const wrong = await coded.waitForEnd((await coded.send(event, { match: 'name', name: secret })).id)
        assert.equal(wrong.runs[0]?.error?.code, 'invalid_step')
        assert.match(wrong.runs[0].error.message, /Add `name` to the `plainFields`/)
      })
    },
  },
  {
    id: 'codec-signal-and-restart',
    title: 'with a codec, a workflow gets the payload of a signal, and that of `step.restart`',
    requiredFeatures: ['workflows: events only for waits'],
    async run(t) {
      let approved: unknown
      const rounds: unknown[] = []
      const define: DefineCoded = (jobs, [event]) => {
        approved = jobs.defineSignal('approved', anything)
        jobs.defineWorkflow({
          id: 'coded',
          event,
          async steps({ payload }: Message, step: Steps) {
            rounds.push(payload.name)
            if (payload.round === 1) return payload.name
            const signal = (await step.waitForSignal('approved', approved as never, { timeout: '1h' })) as unknown
            return step.restart({ round: 1, name: (signal as { name: string }).name } as never)
          },
        })
      }
      await withCodec(t, { codec: createRotatedCodec(), define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { round: 0 })
        await t.waitUntil('it waits', async () => {
          const { runs } = await coded.client.getJobStatus(id)
          return runs[0]?.steps?.[0]?.state === 'waiting'
        })
        await untyped(coded.client).signalJob(id, 'approved', { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        assert.deepEqual([state, runs.at(-1)?.output], ['completed', secret])
        assert.equal(rounds.at(-1), secret)
        assert.ok(!(await coded.readWithout(id)).includes('Ada'))
      })
    },
  },
  {
    id: 'codec-run-job',
    title: 'with a codec, `step.runJob` results in the decoded output of the job',
    async run(t) {
      let job: unknown
      const define: DefineCoded = (jobs, [event, other]) => {
        job = jobs.defineJob({ id: 'child', event: other, handler: ({ payload }: Message) => ({ for: payload.name }) })
        jobs.defineWorkflow({
          id: 'coded',
          event,
          steps: ({ payload }: Message, step: Steps) =>
            step.runJob('child', job as never, { tenantId: t.tenantId, name: payload.name } as never),
        })
      }
      await withCodec(t, { codec: createRotatedCodec(), define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        const { state, runs } = await coded.waitForEnd(id)
        assert.deepEqual([state, runs[0]?.output], ['completed', { for: secret }])
        assert.ok(!(await coded.readWithout(id)).includes('Ada'))
      })
    },
  },
  {
    id: 'codec-cannot-decode-a-step',
    title:
      'a workflow whose step results the codec cannot decode waits, and continues once it can, without a repeated step',
    async run(t) {
      const codec = createRotatedCodec()
      const calls: string[] = []
      const define: DefineCoded = (jobs, [event]) =>
        jobs.defineWorkflow({
          id: 'coded',
          event,
          retry: { maxAttempts: 1 },
          async steps({ payload }: Message, step: Steps) {
            const first = await step.run('first', () => {
              calls.push('first')
              codec.keys.push('k2') // the key of another worker, which has made the step
              return payload.name
            })
            await step.sleep('nap', 2000)
            calls.push('after')
            return first
          },
        })
      await withCodec(t, { codec, define }, async (coded, [event]) => {
        const { id } = await coded.send(event, { name: secret })
        await t.waitUntil('the step has run', () => calls.length === 1)
        const until = t.now() + 1000
        await t.waitUntil('the step is recorded', () => t.now() >= until)
        codec.keys.pop()
        await waitUndecoded(t, coded, id, calls.slice(1))
        codec.keys.push('k2')
        const { state, runs } = await t.waitUntil(
          'it continues',
          async () => {
            const status = await coded.client.getJobStatus(id)
            return status.state === 'completed' && status
          },
          1_200_000,
        )
        assert.deepEqual([state, runs[0]?.output, calls], ['completed', secret, ['first', 'after']])
      })
    },
  },
]

/** Cases: a codec encodes what engines store. */
export const codecCases: readonly ConformanceCase[] = [
  ...casesOf(rules.wire, jobCases),
  ...casesOf(rules.workflows, workflowCases, ['workflows']),
].map((one) => ({ ...one, requiredEquipment: ['openHost'] }))
