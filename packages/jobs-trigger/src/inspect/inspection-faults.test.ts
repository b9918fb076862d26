import type { JobClient } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import type { Fault } from '@cgk-platform/trigger-loopback'
import { describe, expect, test } from 'vitest'

import { openSender } from '../../test/kit/open-sender.ts'
import { type Kind, letFail, requestsOf } from '../../test/kit/requests.ts'

const refused: Fault = { kind: 'answer', status: 401, body: { error: 'Invalid API Key' } }

const views: Record<string, { kind: Kind; view: (client: JobClient, id: string) => Promise<unknown> }> = {
  getJob: { kind: 'read', view: ({ inspect }, id) => inspect.getJob(id) },
  listJobs: { kind: 'list', view: ({ inspect }) => inspect.listJobs() },
  countJobs: { kind: 'list', view: ({ inspect }) => inspect.countJobs() },
}

describe.each(Object.entries(views))('%s', (_, { kind, view }) => {
  /** Opens a job whose run has begun, so that a list asks for the runs that it has started. */
  const openJob = async () => {
    const sender = await openSender()
    const { id } = await sender.client.sendJob('work.asked', { tenantId: 'acme' })
    await sender.failNext()
    return { ...sender, id }
  }

  test.each<[string, Fault]>([
    ['that is down', { kind: 'reset', when: 'before' }],
    ['that fails', { kind: 'answer', status: 500, body: { error: 'Something went wrong' } }],
    ['that refuses the key', refused],
    ['whose response breaks off', { kind: 'cut' }],
  ])('of a server %s rejects with `RequestFailedError`', async (_name, fault) => {
    const { client, server, id } = await openJob()
    letFail(server, kind, fault)
    const error = await view(client, id).catch((thrown: unknown) => thrown)
    expect(RequestFailedError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ code: 'request_failed', provider: 'trigger.dev' })
  })

  test('waits for a rate limit that ends soon', async () => {
    const { client, server, id } = await openJob()
    letFail(
      server,
      kind,
      { kind: 'answer', status: 429, headers: { 'retry-after': '0' }, body: { error: 'Slow down' } },
      1,
    )
    await expect(view(client, id)).resolves.toBeDefined()
  })
})

test('a list whose second request fails returns no half page', async () => {
  const { client, server, failNext } = await openSender()
  await client.sendJob('work.asked', { tenantId: 'acme' })
  await failNext()
  expect((await client.inspect.listJobs()).jobs).toHaveLength(1)
  const [, second] = requestsOf(server, 'list')
  expect(second!.path).toContain('filter%5Btag%5D=job%3A')
  server.fault({ method: 'GET', path: /filter%5Btag%5D=job%3A/ }, refused)
  await expect(client.inspect.listJobs()).rejects.toMatchObject({ code: 'request_failed' })
})
