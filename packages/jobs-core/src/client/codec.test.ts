import { describe, expect, test } from 'vitest'

import { createFakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import type { JobCodec } from '../codec/job-codec.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { toWorkflowHistories } from '../status/workflow-history.ts'
import { createClient } from './create-client.ts'
import { createJobs } from './create-jobs.ts'

const codec: JobCodec = {
  encode: async (text) => Buffer.from(text).toString('base64'),
  decode: async (text) => Buffer.from(text, 'base64').toString(),
}
const payload = { tenantId: 'acme', orderId: 'o-1', name: 'Ada' } as const

function open(more: Partial<JobCodec> | undefined, jobs: readonly Definition[] = []) {
  const provider = createFakeProvider()
  const options = { jobs, ...(more && { codec: { ...codec, ...more } }) }
  return { provider, client: createClient({ load: () => provider }, options) }
}

describe('a send', () => {
  test('without a codec reaches an open engine in the same turn, as it is', async () => {
    const { provider, client } = open(undefined)
    await client.sendJob('order.created', payload)
    void client.sendJob('order.created', payload)
    expect(provider.sent).toHaveLength(2)
    expect(provider.sent[1]?.payload).toEqual(payload)
    expect(provider.sent[1]).not.toHaveProperty('requires')
  })

  test('with a codec has the encoded payload beside the plain fields, and requires a codec', async () => {
    const { provider, client } = open({ plainFields: ['orderId', 'absent'] })
    await client.sendJob('order.created', payload)
    const [{ payload: sent, requires } = {}] = provider.sent
    expect(requires).toEqual(['codec'])
    expect(sent).toEqual({ tenantId: 'acme', orderId: 'o-1', $encoded: expect.any(String) })
    expect(await codec.decode((sent as { $encoded: string }).$encoded)).toBe(JSON.stringify(payload))
  })

  test('is limited by the size of the encoded payload', async () => {
    const { provider, client } = open({ encode: (text) => text.repeat(3) })
    const order = { ...payload, name: 'a'.repeat(50_000) }
    const message = expect.stringMatching(/15\d{4} bytes/)
    await expect(client.sendJob('order.created', order)).rejects.toMatchObject({ code: 'payload_too_large', message })
    expect(provider.sent).toEqual([])
  })

  test.each([payload, { ...payload, $encoded: 'text' }])('refuses what looks encoded: %j', async (given) => {
    const { provider, client } = open(undefined)
    const sending = client.sendJob('order.created', given)
    if (!('$encoded' in given)) return expect(await sending).toMatchObject({ tenantId: 'acme' })
    await expect(sending).rejects.toMatchObject({ code: 'not_serializable' })
    return expect(provider.sent).toEqual([])
  })
})

describe('a key of an encoded field', () => {
  const keyed = defineJob({
    id: 'keyed',
    event: 'order.created',
    concurrency: { key: 'customer.id', limit: 1 },
    handler: () => undefined,
  })

  test('is refused', async () => {
    const { client } = open({}, [keyed])
    const message = expect.stringMatching(
      /`keyed`: `concurrency\.key` is `customer\.id`.*Add `customer` to the `plainFields`/,
    )
    await expect(client.start()).rejects.toMatchObject({ code: 'invalid_definition', message })
    await expect(client.sendJob('order.created', payload)).rejects.toMatchObject({ code: 'invalid_definition' })
  })

  test('is accepted if the field is plain', async () => {
    const { client } = open({ plainFields: ['customer'] }, [keyed])
    expect(await client.sendJob('order.created', payload)).toMatchObject({ deduplicated: false })
  })
})

describe('a status', () => {
  const encoded = async (value: unknown) => ({ $encoded: await codec.encode(JSON.stringify(value), payload) })

  test('is returned as it is if nothing in it is encoded', async () => {
    const { provider, client } = open({})
    const status = jobStatus()
    provider.jobs.set(status.id, status)
    expect(await client.getJobStatus(status.id)).toBe(status)
  })

  test.each([
    [{}, { name: 'Ada' }],
    [undefined, { $encoded: expect.stringContaining('`codec.decode` is missing in this client') }],
    [{ decode: () => '{' }, { $encoded: expect.stringContaining('returned a text that is not JSON') }],
  ])('has the output, or a note: %j', async (more, output) => {
    const { provider, client } = open(more)
    const status = jobStatus()
    const run = { id: 'r', definitionId: 'd', state: 'completed', attempts: 1, maxAttempts: 1 } as const
    provider.jobs.set(status.id, { ...status, runs: [{ ...run, output: await encoded({ name: 'Ada' }) }] })
    const read = await client.getJobStatus(status.id)
    expect(read.runs[0]?.output).toEqual(output)
    expect(read.createdAt).toEqual(status.createdAt)
  })
})

test('a search in encoded texts is refused', async () => {
  const { client } = open({})
  const refused = { code: 'invalid_option', option: 'errorText' }
  await expect(client.inspect.listJobs({ errorText: 'Ada' })).rejects.toMatchObject(refused)
  await expect(client.inspect.countJobs({ errorText: 'Ada' })).rejects.toMatchObject(refused)
})

test.each([
  [null, 'codec'],
  [{ decode: codec.decode }, 'codec.encode'],
  [{ encode: codec.encode, decode: 'base64' }, 'codec.decode'],
  [{ ...codec, plainFields: 'orderId' }, 'codec.plainFields'],
])('the option is checked: %j', (given, option) => {
  const create = () => createClient({ load: () => createFakeProvider() }, { jobs: [], codec: given as never })
  expect(create).toThrow(expect.objectContaining({ code: 'invalid_option', option }))
})

test('`createJobs` takes the codec for its client', async () => {
  const provider = createFakeProvider()
  const jobs = createJobs({ provider, codec })
  await jobs.sendJob('order.created', payload)
  expect(provider.sent[0]?.payload).toEqual({ tenantId: 'acme', $encoded: expect.any(String) })
})

test('a history leaves out what the reader cannot decode', async () => {
  const { provider, client } = open(undefined)
  const status = jobStatus()
  const $encoded = 'text'
  const step = { kind: 'run', state: 'completed', attempts: 1, startedAt: new Date(0) } as const
  const steps = [
    { ...step, id: 'secret', output: { $encoded } },
    { ...step, id: 'event', output: { id: 'job_2', sentAt: 0, payload: { $encoded } } },
    { ...step, id: 'plain', output: 1 },
  ]
  const run = { id: 'r', definitionId: 'd', state: 'completed', attempts: 1, maxAttempts: 1, steps } as const
  provider.jobs.set(status.id, { ...status, runs: [run] })
  const read = await client.getJobStatus(status.id)
  const [history] = toWorkflowHistories({ ...read, payload: { tenantId: 'acme', $encoded } })
  expect(history).not.toHaveProperty('payload')
  expect(history?.steps.map(({ output }) => output)).toEqual([undefined, undefined, 1])
})
