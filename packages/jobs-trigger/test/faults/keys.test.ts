import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test, vi } from 'vitest'

import { failureOf } from '../kit/faults.ts'
import { openSender } from '../kit/open-sender.ts'
import { requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretKey, secretWord } from '../kit/secrets.ts'
import { serveEnvironments } from '../kit/serve-environments.ts'

const payload = { tenantId: 'acme', data: secretWord }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]
const otherKey = `tr_prod_${'0ddba1'.repeat(4)}`
const advice = '`apiKey` or `TRIGGER_SECRET_KEY`'

/** Two environments of a server at one address, with a client of each. */
async function openTwo() {
  // Many cancels at once: a busy machine has no time to lose to a clock that goes faster.
  const here = await openSender({ jobs, factor: 1 })
  const there = await openSender({ jobs, server: { secretKey: otherKey } })
  const apiUrl = await serveEnvironments(here.server, there.server)
  const one = here.connect({ jobs, config: { apiUrl } }).client
  const other = here.connect({ jobs, config: { apiUrl, apiKey: otherKey } }).client
  return { one, other, runsHere: () => here.server.runs(), runsThere: () => there.server.runs() }
}

describe('a wrong key', () => {
  const open = async () => {
    const right = await openSender({ jobs })
    const { id } = await right.client.sendJob('work.asked', payload)
    const wrong = right.connect({ jobs, config: { apiKey: otherKey } })
    return { ...right, id, wrong: wrong.client, wrongLogger: wrong.logger }
  }

  test.each(['sendJob', 'getJobStatus', 'listJobs', 'cancelJob', 'retryJob'] as const)(
    'is told by %s after one request, in words, without the key',
    async (operation) => {
      const { wrong, server, id, wrongLogger } = await open()
      const before = server.requests.length
      const error = await failureOf(
        operation === 'sendJob'
          ? wrong.sendJob('work.asked', payload)
          : operation === 'listJobs'
            ? wrong.listJobs()
            : wrong[operation](id),
      )
      expect(error).toMatchObject({ code: operation === 'sendJob' ? 'send_failed' : 'request_failed' })
      expect(error.message).toContain('it answered 401 (Invalid API key)')
      expect(error.message).toContain(advice)
      expect(error.message).not.toContain(otherKey.slice(-20))
      expect(server.requests).toHaveLength(before + 1)
      expectNoSecrets(error, wrongLogger.lines)
    },
  )

  test('is told by healthCheck, apart from a server that does not answer', async () => {
    const { wrong } = await open()
    const health = await wrong.healthCheck()
    expect(health).toMatchObject({
      ok: false,
      checks: [
        { name: 'engine', ok: true },
        { name: 'key', ok: false },
      ],
    })
    expect(JSON.stringify(health)).not.toContain(otherKey.slice(-20))
  })

  test('stops nothing that a good one does', async () => {
    const { wrong, client, id } = await open()
    const [sent] = await Promise.all([client.sendJob('work.asked', payload), failureOf(wrong.getJobStatus(id))])
    await expect(client.getJobStatus(sent.id)).resolves.toMatchObject({ state: 'queued' })
  })
})

describe('no key at all', () => {
  test('is told before any request, with what to set', async () => {
    vi.stubEnv('TRIGGER_SECRET_KEY', '')
    vi.stubEnv('TRIGGER_ACCESS_TOKEN', '')
    try {
      const { server, connect } = await openSender({ jobs })
      const { client } = connect({ jobs, config: { apiKey: undefined } })
      const error = await failureOf(client.sendJob('work.asked', payload))
      expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
      expect(error.message).toContain(`there is no key: set ${advice}`)
      const read = await failureOf(client.getJobStatus('run_cmaabbccddeeffgghhii'))
      expect(read).toMatchObject({ code: 'request_failed' })
      expect(read.message).toContain('there is no key')
      const health = await client.healthCheck()
      expect(health).toMatchObject({ ok: false, checks: [{ name: 'key', ok: false }] })
      expect(server.requests).toEqual([])
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a key of another environment', () => {
  test('knows nothing of the jobs here: they are not found, by whatever is asked', async () => {
    const { one, other, runsHere } = await openTwo()
    const { id } = await one.sendJob('work.asked', payload, { delay: '1h' })
    for (const operation of ['getJobStatus', 'cancelJob', 'retryJob', 'waitForJob'] as const) {
      await expect(other[operation](id)).rejects.toMatchObject({ code: 'job_not_found' })
    }
    await expect(other.listJobs()).resolves.toEqual({ jobs: [] })
    await expect(one.getJobStatus(id)).resolves.toMatchObject({ state: 'scheduled' })
    expect(runsHere()).toHaveLength(1)
  })

  test('has idempotency keys of its own', async () => {
    const { one, other } = await openTwo()
    const first = await one.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    const second = await other.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    expect(second.id).not.toBe(first.id)
    expect(second.deduplicated).toBe(false)
  })
})

describe('two clients in one process', () => {
  test('of two environments at one address stay apart, however their calls mix', async () => {
    const { one, other, runsHere, runsThere } = await openTwo()
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, number) => {
        const client = number % 2 === 0 ? one : other
        const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number }, { delay: '1h' })
        if (number % 4 < 2) await client.cancelJob(id)
        await client.getJobStatus(id)
        return id
      }),
    )
    const even = ids.filter((_, number) => number % 2 === 0)
    expect(
      runsHere()
        .map((run) => run.friendlyId)
        .toSorted(),
    ).toEqual(even.toSorted())
    expect(
      runsThere()
        .map((run) => run.friendlyId)
        .toSorted(),
    ).toEqual(ids.filter((id) => !even.includes(id)).toSorted())
  })

  test('of two servers stay apart, also where the environment names a third', async () => {
    vi.stubEnv('TRIGGER_API_URL', 'http://127.0.0.1:1')
    vi.stubEnv('TRIGGER_SECRET_KEY', 'tr_dev_of_the_environment')
    try {
      const here = await openSender()
      const there = await openSender({ server: { secretKey: otherKey }, config: { apiKey: otherKey } })
      await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          (number % 2 === 0 ? here : there).client.sendJob('work.asked', payload),
        ),
      )
      for (const { server } of [here, there]) {
        expect(requestsOf(server, 'send').map(({ status }) => status)).toEqual(Array(10).fill(200))
        expect(server.runs()).toHaveLength(10)
      }
      expect(requestsOf(here.server, 'send')[0]!.headers['authorization']).toBe(`Bearer ${secretKey}`)
    } finally {
      vi.unstubAllEnvs()
    }
  })
})
