import { describe, expect, test } from 'vitest'

import { farOff } from '../kit/far-off.ts'
import { type NodeOptions, readsTypeScript, runModule, together } from '../kit/run-node.ts'

// A folder where the facade is installed, as in an app.
const inApp: NodeOptions = { folder: '../../examples/storefront' }
const stopsTicking = 'The process is exiting, and its cron jobs stop ticking. Call `client.start()` to keep it alive.'
const later = `const later = (ms, act) => setTimeout(act, ms).unref()`
const everyMinute = `
  import { defineCronJob } from '@cgk-platform/jobs'
  defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: () => undefined })
`

describe.runIf(readsTypeScript)('a script that only defines a cron job', together, () => {
  test('starts the engine, which keeps the process alive for the next tick', async () => {
    const ended = await runModule(
      `${everyMinute} ${later}; later(1500, () => { console.log('alive'); process.exit() })`,
      inApp,
    )
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'alive\n', stderr: '' })
  })

  test('exits if the tick is far off, with one warning', async () => {
    const ended = await runModule(
      `
      import { defineCronJob } from '@cgk-platform/jobs'
      defineCronJob({ id: 'far', schedule: '${farOff()}', handler: () => undefined })
      `,
      inApp,
    )
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'warn', message: stopsTicking, cronJobs: 1 })
  })

  // All engines on the system clock share the state of the process. A second one would tick a second time.
  const engines = `const engines = () => console.log(globalThis[Symbol.for('@cgk-platform/jobs.ambient.v1')].get('clients').client ? 'default' : 'own')`

  test.each([
    ['has all jobs', `createJobClient({ provider: 'local' })`],
    ['has it in its `jobs`', `createJobClient({ provider: 'local', jobs: [cron] })`],
    ['uses another engine', `createJobClient({ provider: elsewhere })`],
  ])('ticks only on the client that the app creates (it %s), and stops when that is closed', async (_name, make) => {
    const ended = await runModule(
      `
      ${later}; ${engines}
      import { createJobClient, defineCronJob } from '@cgk-platform/jobs'
      import { createLocalProvider } from '@cgk-platform/jobs/local'
      const elsewhere = { specificationVersion: 'v1', name: 'elsewhere', capabilities: createLocalProvider().capabilities }
      const cron = defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: () => undefined })
      const client = ${make}
      await client.capabilities()
      setTimeout(async () => { engines(); await client.close(); later(10_000, () => console.log('still alive')) }, 300)
      `,
      inApp,
    )
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'own\n', stderr: '' })
  })
})

describe.runIf(readsTypeScript)('in production without a configured engine', together, () => {
  const inProduction: NodeOptions = { ...inApp, env: { NODE_ENV: 'production' } }

  test('the first send rejects, and so does the next', async () => {
    const ended = await runModule(
      `
      import { sendJob } from '@cgk-platform/jobs'
      for (const attempt of [1, 2]) {
        await sendJob('analytics.track', { tenantId: 'acme', event: 'x' }).catch(({ name, code, message }) => console.log(name, code, message))
      }
      `,
      inProduction,
    )
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const line =
      /^ProviderNotChosenError provider_not_chosen Could not choose a job provider: in production, an engine must be chosen explicitly\. Set `JOB_PROVIDER` to .*$/
    const lines = ended.stdout.trim().split('\n')
    expect(lines).toEqual([expect.stringMatching(line), expect.stringMatching(line)])
  })

  test('a cron job without a send logs an error and lets the process exit normally', async () => {
    const ended = await runModule(everyMinute, inProduction)
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({
      level: 'error',
      message:
        'Cron jobs do not run, because their engine could not be started. Fix the error, then restart the process.',
      error: { name: 'ProviderNotChosenError', code: 'provider_not_chosen' },
    })
  })

  test('`JOB_PROVIDER=local` configures the engine', async () => {
    const ended = await runModule(
      `
      import { defineJob, sendJob } from '@cgk-platform/jobs'
      defineJob({ id: 'work', event: 'analytics.track', handler: () => console.log('ran') })
      await sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
      `,
      { ...inApp, env: { NODE_ENV: 'production', JOB_PROVIDER: 'local' } },
    )
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: 'ran\n' })
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'warn', message: expect.stringContaining('in memory') })
  })
})
