import { Socket } from 'node:net'

import { defineJob, defineWorkflow, type JobCodec } from '@cgk-platform/jobs-core'
import { expect, onTestFinished, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const secret = 'Lovelace-1815'
const codec: JobCodec = {
  encode: async (text) => Buffer.from(text).toString('base64'),
  decode: async (text) => Buffer.from(text, 'base64').toString(),
  plainFields: ['number'],
}

/** Records all that crosses the network in this process, in which the SDK, the app and the engine run. */
function recordTraffic(): () => string {
  const chunks: string[] = []
  const { write } = Socket.prototype
  Socket.prototype.write = function (this: Socket, chunk: Uint8Array | string, ...rest: never[]) {
    chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'))
    return write.call(this, chunk, ...rest)
  }
  onTestFinished(() => {
    Socket.prototype.write = write
  })
  return () => chunks.join('')
}

const failing = defineJob({
  id: 'failing',
  event: 'work.counted',
  retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 },
  handler: () => {
    throw new Error(`No mail for ${secret}`, { cause: new Error(secret) })
  },
})
const child = defineJob({ id: 'child', event: 'work.followed', handler: ({ payload }) => ({ data: payload.data }) })
const flow = defineWorkflow({
  id: 'flow',
  event: 'work.asked',
  retry: { maxAttempts: 1 },
  async steps({ payload }, step) {
    const reserved = await step.run('reserve', () => ({ name: payload.data }), { compensate: () => undefined })
    const told = await step.waitForEvent('told', 'work.requested', { match: 'number', timeout: '1h' })
    const job = await step.runJob('child', child, { tenantId: 'acme', data: told?.payload.data })
    await step.run(
      'mail',
      () => Promise.reject(new Error(`No mail for ${String(reserved.name)} ${String(job?.data)}`)),
      {
        retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 },
      },
    )
  },
})

test('with a codec, no text of the app crosses the network or is logged', async () => {
  const traffic = recordTraffic()
  const { client, logger, until } = await openJobs({ jobs: [failing, child, flow], codec })
  const failed = await client.sendJob('work.counted', { tenantId: 'acme', number: 1, data: secret })
  const flowed = await client.sendJob('work.asked', { tenantId: 'acme', number: 7, data: secret })
  await until(async () => (await client.getJobStatus(flowed.id)).runs[0]?.steps?.at(-1)?.state === 'waiting')
  await client.sendJob('work.requested', { tenantId: 'acme', number: 7, data: secret })
  const statuses = await Promise.all([failed, flowed].map(({ id }) => client.waitForJob(id)))
  expect(statuses.map(({ state, runs }) => [state, runs[0]?.error?.code])).toEqual([
    ['failed', undefined],
    ['failed', 'step_failed'],
  ])
  expect(statuses[0]?.runs[0]?.error?.message).toBe(`No mail for ${secret}`)
  expect(statuses[1]?.runs[0]?.error?.message).toContain(`No mail for ${secret} ${secret}`)
  const details = await client.inspect.getJob(flowed.id)
  expect(JSON.stringify(details.runs)).toContain(secret)
  expect(traffic()).toContain('$encoded')
  expect(traffic()).not.toContain('Lovelace')
  expect(JSON.stringify(logger.lines)).not.toContain('Lovelace')
})
