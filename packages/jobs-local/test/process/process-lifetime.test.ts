import { describe, expect, test } from 'vitest'

import { farOff } from '../kit/far-off.ts'
import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

// Each script is a separate process in real time. If an unreferenced timer fires, something else kept the process
// alive.
const client = `
  import { createJobClient, defineCronJob, defineJob, sendJob } from '@cgk-platform/jobs-local'
  const say = (...words) => console.log(...words)
  const later = (ms, act) => setTimeout(act, ms).unref()
`
const lostJobsWarning = 'The process is exiting, and the waiting jobs in its memory are lost.'

describe.runIf(readsTypeScript)('a process stays alive', together, () => {
  test('while a handler runs', async () => {
    const ended = await runModule(`${client}
      defineJob({ id: 'work', event: 'analytics.track', handler: () => new Promise((resolve) => later(200, () => { say('done'); resolve() })) })
      await sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'done\n', stderr: '' })
  })

  test('until delayed jobs and retries due within a minute have run', async () => {
    const ended = await runModule(`${client}
      const job = defineJob({
        id: 'work',
        event: 'analytics.track',
        retry: { maxAttempts: 2, initialDelay: 100 },
        handler: (_event, { attempt, logger }) => {
          say('attempt', attempt)
          if (attempt === 1) throw new Error('once')
        },
      })
      const client = createJobClient({ jobs: [job], logger: { debug() {}, info() {}, warn() {}, error() {} } })
      await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: 200 })
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'attempt 1\nattempt 2\n', stderr: '' })
  })

  test('for a job that is due in 60 s', async () => {
    const ended = await runModule(`${client}
      const client = createJobClient({ jobs: [] })
      await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '60s' })
      later(300, () => { say('alive'); process.exit() })
    `)
    expect(ended).toMatchObject({ code: 0, stdout: 'alive\n' })
  })

  test('for a cron job that is due in 60 s, without a send or a client', async () => {
    const ended = await runModule(`${client}
      defineCronJob({ id: 'tick', schedule: '* * * * *', handler: () => undefined })
      later(300, () => { say('alive'); process.exit() })
    `)
    expect(ended).toMatchObject({ code: 0, stdout: 'alive\n' })
  })

  test('after `start`, with nothing to do, until it is closed', async () => {
    const ended = await runModule(`${client}
      const client = createJobClient({ jobs: [] })
      await client.start()
      later(300, async () => { say('alive'); await client.close(); say('closed') })
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'alive\nclosed\n', stderr: '' })
  })

  test('while a caller waits for a job, however far off it is', async () => {
    const ended = await runModule(`${client}
      const client = createJobClient({ jobs: [] })
      const { id } = await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '1d' })
      later(300, () => client.cancelJob(id))
      say((await client.waitForJob(id)).state)
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'cancelled\n', stderr: '' })
  })

  test('while a closing engine waits for its handlers', async () => {
    const ended = await runModule(`${client}
      const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => new Promise((resolve) => later(200, resolve)) })
      const client = createJobClient({ jobs: [job] })
      await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
      await client.close()
      say('closed')
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'closed\n', stderr: '' })
  })
})

describe.runIf(readsTypeScript)('a process exits', together, () => {
  test('when it only defines jobs', async () => {
    const ended = await runModule(`${client}
      defineJob({ id: 'work', event: 'analytics.track', handler: () => undefined })
      later(300, () => say('alive'))
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: '', stderr: '' })
  })

  test('when all jobs have run, without `close`', async () => {
    const ended = await runModule(`${client}
      defineJob({ id: 'work', event: 'analytics.track', handler: () => say('ran') })
      for (let sent = 0; sent < 3; sent++) await sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'ran\nran\nran\n', stderr: '' })
  })

  test('when only far-off jobs remain, with one warning that counts the lost jobs', async () => {
    const ended = await runModule(`${client}
      const client = createJobClient({ jobs: [] })
      for (let sent = 0; sent < 3; sent++) {
        await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '1h' })
      }
      later(10_000, () => say('still alive'))
    `)
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    const lines = ended.stderr.trim().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining(lostJobsWarning),
      jobs: 3,
    })
  })

  test('without a warning when no job is lost, or when the engine was closed and logged it', async () => {
    const ended = await runModule(`${client}
      const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => undefined })
      const quiet = createJobClient({ jobs: [job] })
      await quiet.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
      const closed = createJobClient({ jobs: [] })
      await closed.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '1h' })
      await closed.close()
      say(process.listenerCount('beforeExit'))
      await quiet.close()
      say(process.listenerCount('beforeExit'))
    `)
    expect(ended).toMatchObject({ code: 0, stdout: '1\n0\n' })
    expect(ended.stderr.trim().split('\n')).toEqual([
      expect.stringContaining('The engine closed before all jobs had ended'),
    ])
  })

  const farOffJobs = `
    const handler = () => undefined
    const cronJobs = ['first', 'second'].map((id) => defineCronJob({ id, schedule: '${farOff()}', handler }))
    const job = defineJob({ id: 'work', event: 'analytics.track', handler })
    const client = createJobClient({ jobs: [...cronJobs, job] })
    const payload = { tenantId: 'acme', event: 'x' }
  `
  const linesOf = (stderr: string): unknown[] =>
    stderr === ''
      ? []
      : stderr
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line))

  test('when only far-off cron jobs remain, with one warning that counts them', async () => {
    const ended = await runModule(`${client} ${farOffJobs}
      await client.capabilities()
      later(10_000, () => say('still alive'))
    `)
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    expect(linesOf(ended.stderr)).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('its cron jobs stop ticking'),
        cronJobs: 2,
      }),
    ])
  })

  test.each([
    ['has sent a job', `await client.sendJob('analytics.track', payload)`],
    ['was closed', 'await client.capabilities(); await client.close()'],
  ])('without a warning about far-off cron jobs if it %s', async (_name, act) => {
    const ended = await runModule(`${client} ${farOffJobs} ${act}`)
    expect(ended).toEqual({ code: 0, killed: false, stdout: '', stderr: '' })
  })

  test('with a warning about waiting jobs rather than about cron jobs', async () => {
    const ended = await runModule(`${client} ${farOffJobs}
      await client.scheduleJob('analytics.track', payload, { delay: '1h' })
    `)
    expect(linesOf(ended.stderr)).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining(lostJobsWarning), jobs: 1 }),
    ])
  })

  test('with a warning for each of several engines, and one listener for all', async () => {
    const ended = await runModule(`${client}
      const logger = (name) => ({ debug() {}, info() {}, error() {}, warn: (message, { jobs }) => say(name, jobs) })
      for (const name of ['first', 'second']) {
        const client = createJobClient({ jobs: [], logger: logger(name) })
        await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '1h' })
      }
      say(process.listenerCount('beforeExit'))
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: '1\nfirst 1\nsecond 1\n', stderr: '' })
  })

  test('with one warning if its logger writes asynchronously', async () => {
    const ended = await runModule(`${client}
      const logger = { debug() {}, info() {}, error() {}, warn: (message) => setTimeout(() => say(message.slice(0, 22)), 20) }
      const client = createJobClient({ jobs: [], logger })
      await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '1h' })
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'The process is exiting\n', stderr: '' })
  })

  test('by `process.exit` as usual', async () => {
    const ended = await runModule(`${client}
      await createJobClient({ jobs: [] }).start()
      process.exit(3)
    `)
    expect(ended).toEqual({ code: 3, killed: false, stdout: '', stderr: '' })
  })

  test('although the test kit has pending timers, because virtual time keeps no process alive', async () => {
    const ended = await runModule(`
      import { createTestEngine } from '@cgk-platform/jobs-local/testing'
      const engine = createTestEngine({ jobs: [] })
      await engine.client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '30s' })
      await engine.client.start()
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: '', stderr: '' })
  })
})
