import { createLoopbackEngine } from '@cgk-platform/jobs-inngest/loopback'
import { createLoopbackServer } from '@cgk-platform/jobs-trigger/loopback'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createReaderProject, type Environment, type Started } from '../../jobs/test/snippets/reader-project.ts'
import { closedPort } from './closed-port.ts'
import { doctorIn } from './doctor-in.ts'

// An app with two jobs, and engines that the vendors' unchanged SDKs take for the real ones.

const project = createReaderProject()
const doctor = (environment: Environment, ...args: string[]) => doctorIn(project.folder, environment, ...args)

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

  test('all is well where a worker has registered the jobs', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine(keys)
    onTestFinished(() => engine.close())
    const environment = { ...variables, INNGEST_BASE_URL: engine.url }
    const worker = project.start('worker.ts', { ...environment, JOB_PROVIDER: 'inngest' })
    await untilConnected(worker)
    const { told, report } = await doctor(environment)
    await worker.terminate()
    expect(told('problem')).toEqual([])
    expect(told('ok')).toEqual([
      'provider: `inngest`, because `INNGEST_EVENT_KEY` and `INNGEST_SIGNING_KEY` are set',
      'variables: set: `INNGEST_BASE_URL`, `INNGEST_EVENT_KEY`, `INNGEST_SIGNING_KEY`',
      expect.stringMatching(/^versions: /),
      'jobs: 2 jobs in `src/jobs.ts`: `confirm-order`, `report` Other files were not looked at: `--jobs <file…>`.',
      expect.stringMatching(/^engine: responds \(within \d+ ms\)$/),
      'engine: signing key: is accepted',
      'engine: app: `jobs` is synced',
      expect.stringMatching(/^engine: functions: 3 /),
    ])
    expect(told('unknown')).toEqual(['engine: not checked: whether the process that runs the jobs is up'])
    expect(report.engine?.durationMs).toBeGreaterThan(0)
  })

  test('without jobs of the app, it is said that their registration was not looked at', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    const environment = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
    const worker = project.start('worker.ts', environment)
    await untilConnected(worker)
    project.write('none.ts', 'export {}')
    const { told } = await doctor(environment, '--jobs', 'none.ts')
    await worker.terminate()
    expect(told('warning')).toEqual(['engine: jobs: whether it has them was not asked, since none were found'])
  })

  test('an app that was never synced is a problem, under the id that is asked for', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    const { told } = await doctor({ JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }, '--app-id', 'shop')
    expect(told('problem')).toEqual(['engine: app: `shop` is not synced. Sync the app, or correct `appId`'])
  })

  test('a wrong key is told from a server that is away, and never printed', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine({ ...keys, signingKey: 'signkey-test-ffffffffffffffffffffffffffffffff' })
    onTestFinished(() => engine.close())
    const { told, stdout } = await doctor({ ...variables, INNGEST_BASE_URL: engine.url })
    expect(told('ok')).toContainEqual(expect.stringMatching(/^engine: responds/))
    expect(told('problem')).toEqual([
      expect.stringMatching(
        /^engine: signing key: .*401.*Check the signing key \(`signingKey` or `INNGEST_SIGNING_KEY`\)/,
      ),
    ])
    for (const value of Object.values(variables)) expect(stdout).not.toContain(value)
  })

  test('of a dead server it is told where nothing listens, and what to start', async () => {
    const port = await closedPort()
    const { told } = await doctor({ JOB_PROVIDER: 'inngest', INNGEST_DEV: `http://127.0.0.1:${port}` })
    expect(told('problem')).toEqual([
      expect.stringMatching(new RegExp(`^engine: .*http://127.0.0.1:${port} failed.*\`npx inngest-cli@latest dev\``)),
    ])
  })

  test('of an address with a password it is told that none can be asked, and the password is not', async () => {
    const url = 'http://someone:hunter2@127.0.0.1:8288?token=abc'
    const { told, stdout } = await doctor({ JOB_PROVIDER: 'inngest', INNGEST_DEV: url })
    expect(told('problem')).toEqual([
      expect.stringMatching(/the address of http:\/\/127\.0\.0\.1:8288 contains a user name or password.* Remove them/),
    ])
    expect(stdout).not.toMatch(/hunter2|abc/)
  })

  test('everything that the engine cannot do for a job is told', async ({ onTestFinished }) => {
    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    project.write(
      'greedy.ts',
      `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'greedy', event: 'order.created', retry: { maxAttempts: 50, maxDelay: '3d' }, handler: () => undefined })`,
    )
    const environment = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
    const { told, report } = await doctor(environment, '--jobs', 'greedy.ts', 'src/jobs.ts')
    expect(told('problem').slice(0, 2)).toEqual([
      'jobs: `greedy`: `inngest` does not support `retry.maxAttempts: 50`. Lower it in `greedy` to 21 or less.',
      'jobs: `greedy`: `inngest` does not support `retry.maxDelay: 259200000`. Lower it in `greedy` to 86400000 ms or less.',
    ])
    expect(report.jobs.map(({ id, unsupported }) => [id, unsupported.length])).toEqual([
      ['greedy', 2],
      ['confirm-order', 0],
      ['report', 0],
    ])
  })
})

describe('on Trigger.dev', () => {
  test('tasks that no worker has registered are a problem', async ({ onTestFinished }) => {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    const { told } = await doctor({ TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey })
    expect(told('ok')).toEqual(
      expect.arrayContaining([
        'provider: `trigger.dev`, because `TRIGGER_SECRET_KEY` is set',
        expect.stringMatching(/^engine: answers \(within \d+ ms\)$/),
        'engine: key: is accepted',
      ]),
    )
    expect(told('unknown')).toEqual(['engine: not checked: whether the process that runs the jobs is up'])
    expect(told('problem')).toEqual([
      expect.stringMatching(/^engine: tasks: not registered: .*`job-confirm-order`.*start `trigger\.dev dev`$/),
    ])
  })

  test('a wrong key is told from a server that is away, and never printed', async ({ onTestFinished }) => {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    const { told, stdout } = await doctor({ TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: 'tr_dev_no-such-key' })
    expect(told('ok')).toContainEqual(expect.stringMatching(/^engine: answers/))
    expect(told('problem')).toEqual([expect.stringMatching(/^engine: key: .*401.*[Cc]heck the key/)])
    expect(stdout).not.toContain('no-such-key')
  })

  test('a server that cannot list runs is said not to know of workers', async ({ onTestFinished }) => {
    const server = await createLoopbackServer()
    onTestFinished(() => server.close())
    server.fault({ path: /^\/api\/v1\/runs/ }, { kind: 'answer', status: 400, body: { error: 'No index' } })
    // The tasks are there whatever is asked for.
    const queue = {
      id: 'queue_1',
      name: 'any',
      type: 'task',
      running: 0,
      queued: 0,
      paused: false,
      concurrencyLimit: null,
    }
    server.fault({ path: /^\/api\/v1\/queues/ }, { kind: 'answer', status: 200, body: queue })
    const { told } = await doctor({ TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey })
    expect(told('problem')).toEqual([])
    expect(told('warning')).toEqual([
      'engine: workers: this server has no list of runs, and cannot tell whether jobs wait for a worker',
    ])
  })

  test('a key with a blank in it is refused before anything is asked', async () => {
    const { told, stdout } = await doctor({ TRIGGER_SECRET_KEY: 'tr_dev_half and half' })
    expect(told('problem')).toEqual([
      expect.stringMatching(/^engine: .*`apiKey`.*has a character that no key has.*Copy it again/),
    ])
    expect(stdout).not.toContain('half')
  })

  test('of a dead server it is told where nothing listens', async () => {
    const port = await closedPort()
    const { told } = await doctor({
      TRIGGER_API_URL: `http://127.0.0.1:${port}`,
      TRIGGER_SECRET_KEY: 'tr_dev_some-key',
    })
    expect(told('problem')).toEqual([
      expect.stringMatching(
        new RegExp(`^engine: .*http://127.0.0.1:${port} failed \\(ECONNREFUSED\\).*TRIGGER_API_URL`),
      ),
    ])
  })
})
