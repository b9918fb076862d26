import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import type { Environment } from '@cgk-platform/test-kit/execute'
import { createReaderProject, type Started } from '@cgk-platform/test-kit/reader-project'
import { createLoopbackServer } from '@cgk-platform/trigger-loopback'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { closedPort } from './closed-port.ts'
import { runDoctorIn } from './run-doctor-in.ts'

// An app with two jobs, and loopback engines for the vendors' unchanged SDKs.

const project = createReaderProject()
const doctor = (environment: Environment, ...args: string[]) => runDoctorIn(project.folder, environment, ...args)

beforeAll(() => {
  project.write(
    'src/jobs.ts',
    `import { defineCronJob, defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'confirm-order', event: 'order.created', handler: () => undefined })
defineCronJob({ id: 'report', schedule: '* * * * *', handler: () => undefined })`,
  )
  project.write(
    'worker.ts',
    `import { createJobClient } from '@cgk-platform/jobs'
import './src/jobs.ts'
await createJobClient({ provider: 'inngest' }).start()
console.log('connected')`,
  )
})

afterAll(() => project.remove())

async function untilConnected(worker: Started): Promise<void> {
  await expect.poll(() => worker.printed()).toContain('connected\n')
}

describe('on Inngest', () => {
  const keys = { eventKey: 'a1b2c3d4e5f60718', signingKey: 'signkey-test-00112233445566778899aabbccddeeff' }
  const variables = { INNGEST_EVENT_KEY: keys.eventKey, INNGEST_SIGNING_KEY: keys.signingKey }

  test('reports no problem if a worker has registered the jobs', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine(keys)
    onTestFinished(() => engine.close())
    const environment = { ...variables, INNGEST_BASE_URL: engine.url }
    const worker = project.start('worker.ts', { ...environment, JOB_PROVIDER: 'inngest' })
    await untilConnected(worker)
    const { messagesOf, report } = await doctor(environment)
    await worker.terminate()
    expect(messagesOf('problem')).toEqual([])
    expect(messagesOf('ok')).toEqual([
      'provider: `inngest`, because `INNGEST_EVENT_KEY` and `INNGEST_SIGNING_KEY` are set',
      'variables: set: `INNGEST_BASE_URL`, `INNGEST_EVENT_KEY`, `INNGEST_SIGNING_KEY`',
      expect.stringMatching(/^versions: /),
      'jobs: 2 jobs in `src/jobs.ts`: `confirm-order`, `report` Other files were not checked. To check them, pass `--jobs <file>`.',
      expect.stringMatching(
        /^engine: responds\. A self-hosted server that stops loses .* `--redis-uri` .* \(\d+ ms\)$/,
      ),
      'engine: signing key: is accepted',
      'engine: app: `jobs` is synced',
      expect.stringMatching(/^engine: functions: 4 .*all 3 for the jobs/),
    ])
    expect(messagesOf('unknown')).toEqual(['engine: not checked: whether the process that runs your jobs is up'])
    expect(report.engine?.durationMs).toBeGreaterThan(0)
  })

  test('warns that registration was not checked if there are no jobs', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    const environment = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
    const worker = project.start('worker.ts', environment)
    await untilConnected(worker)
    project.write('none.ts', 'export {}')
    const { messagesOf } = await doctor(environment, '--jobs', 'none.ts')
    await worker.terminate()
    expect(messagesOf('warning')).toEqual(['engine: jobs: registration not checked, because no jobs were found'])
  })

  test('reports an app that was never synced, by its `--app-id`', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    const { messagesOf } = await doctor({ JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }, '--app-id', 'shop')
    expect(messagesOf('problem')).toEqual(['engine: app: `shop` is not synced. Sync the app, or correct `appId`'])
  })

  test('distinguishes a wrong key from an unreachable server, and never prints it', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine({ ...keys, signingKey: 'signkey-test-ffffffffffffffffffffffffffffffff' })
    onTestFinished(() => engine.close())
    const { messagesOf, stdout } = await doctor({ ...variables, INNGEST_BASE_URL: engine.url })
    expect(messagesOf('ok')).toContainEqual(expect.stringMatching(/^engine: responds/))
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(
        /^engine: signing key: .*401.*Check the signing key \(`signingKey` or `INNGEST_SIGNING_KEY`\)/,
      ),
    ])
    for (const value of Object.values(variables)) expect(stdout).not.toContain(value)
  })

  test('names the address of an unreachable server and how to start it', async () => {
    const port = await closedPort()
    const { messagesOf } = await doctor({ JOB_PROVIDER: 'inngest', INNGEST_DEV: `http://127.0.0.1:${port}` })
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(new RegExp(`^engine: .*http://127.0.0.1:${port} failed.*\`npx inngest-cli@latest dev\``)),
    ])
  })

  test('rejects an address with a password without printing the password', async () => {
    const url = 'http://someone:hunter2@127.0.0.1:8288?token=abc'
    const { messagesOf, stdout } = await doctor({ JOB_PROVIDER: 'inngest', INNGEST_DEV: url })
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(/the address of http:\/\/127\.0\.0\.1:8288 contains a user name or password.* Remove them/),
    ])
    expect(stdout).not.toMatch(/hunter2|abc/)
  })

  test('reports every unsupported feature of a job', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    project.write(
      'greedy.ts',
      `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'greedy', event: 'order.created', retry: { maxAttempts: 50, maxDelay: '3d' }, handler: () => undefined })`,
    )
    const environment = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
    const { messagesOf, report } = await doctor(environment, '--jobs', 'greedy.ts', '--jobs', 'src/jobs.ts')
    expect(messagesOf('problem').slice(0, 2)).toEqual([
      'jobs: `greedy`: `inngest` does not support `retry.maxAttempts: 50`. Set it to 21 or less in `greedy`.',
      'jobs: `greedy`: `inngest` does not support `retry.maxDelay: 259200000`. Set it to 86400000 ms or less in `greedy`.',
    ])
    expect(report.jobs.map(({ id, unsupported }) => [id, unsupported.length])).toEqual([
      ['greedy', 2],
      ['confirm-order', 0],
      ['report', 0],
    ])
  })
})

describe('on Trigger.dev', () => {
  test('reports tasks that no worker has registered', async ({ onTestFinished }) => {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    const { messagesOf } = await doctor({ TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey })
    expect(messagesOf('ok')).toEqual(
      expect.arrayContaining([
        'provider: `trigger.dev`, because `TRIGGER_SECRET_KEY` is set',
        expect.stringMatching(/^engine: responds \(\d+ ms\)$/),
        'engine: key: is accepted',
      ]),
    )
    expect(messagesOf('unknown')).toEqual(['engine: not checked: whether the process that runs your jobs is up'])
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(/^engine: tasks: not registered: .*`job-confirm-order`.*start `trigger\.dev dev`$/),
    ])
  })

  test('distinguishes a wrong key from an unreachable server, and never prints it', async ({ onTestFinished }) => {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    const { messagesOf, stdout } = await doctor({
      TRIGGER_API_URL: server.url,
      TRIGGER_SECRET_KEY: 'tr_dev_no-such-key',
    })
    expect(messagesOf('ok')).toContainEqual(expect.stringMatching(/^engine: responds/))
    expect(messagesOf('problem')).toEqual([expect.stringMatching(/^engine: key: .*401.*[Cc]heck the key/)])
    expect(stdout).not.toContain('no-such-key')
  })

  test('warns if the server cannot list runs', async ({ onTestFinished }) => {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    server.fault({ path: /^\/api\/v1\/runs/ }, { kind: 'answer', status: 400, body: { error: 'No index' } })
    // The server has every task.
    const queue = {
      id: 'queue_1',
      name: 'any',
      type: 'task',
      running: 0,
      queued: 0,
      paused: false,
      concurrencyLimit: null,
    }
    server.fault({ path: /^\/api\/v1\/queues\/./ }, { kind: 'answer', status: 200, body: queue })
    const list = { data: [], pagination: { currentPage: 1, totalPages: 1000, count: 100_000 } }
    server.fault({ path: /^\/api\/v1\/queues(\?|$)/ }, { kind: 'answer', status: 200, body: list })
    const { messagesOf } = await doctor({ TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey })
    expect(messagesOf('problem')).toEqual([])
    expect(messagesOf('warning')).toEqual([
      'engine: workers: this server has no list of runs, so it cannot report whether jobs wait for a worker',
    ])
  })

  test('rejects a key with a blank before any request', async () => {
    const { messagesOf, stdout } = await doctor({ TRIGGER_SECRET_KEY: 'tr_dev_half and half' })
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(/^engine: .*`apiKey`.*has a character that is not allowed in a key.*Copy the key again/),
    ])
    expect(stdout).not.toContain('half')
  })

  test('names the address of an unreachable server', async () => {
    const port = await closedPort()
    const { messagesOf } = await doctor({
      TRIGGER_API_URL: `http://127.0.0.1:${port}`,
      TRIGGER_SECRET_KEY: 'tr_dev_some-key',
    })
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(
        new RegExp(`^engine: .*http://127.0.0.1:${port} failed \\(ECONNREFUSED\\).*TRIGGER_API_URL`),
      ),
    ])
  })
})
