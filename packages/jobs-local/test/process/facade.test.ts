import { describe, expect, test } from 'vitest'

import { farOff } from '../kit/far-off.ts'
import { type NodeOptions, readsTypeScript, runModule, together } from '../kit/run-node.ts'

// Where the facade is installed, as an app has it.
const inApp: NodeOptions = { folder: '../../examples/storefront' }
const ticksNoMore = 'The process is exiting, and its cron jobs stop ticking. Call `client.start()` to keep it alive.'
const later = `const later = (ms, act) => setTimeout(act, ms).unref()`
const everyMinute = `
  import { defineCronJob } from '@cgk-platform/jobs'
  defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: () => undefined })
`

describe.runIf(readsTypeScript)('a script that only defines a cron job', together, () => {
  test('brings the engine to life, which keeps the process for the coming tick', async () => {
    const ended = await runModule(
      `${everyMinute} ${later}; later(1500, () => { console.log('alive'); process.exit() })`,
      inApp,
    )
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'alive\n', stderr: '' })
  })

  test('ends where the tick is far off, with one warning that says so', async () => {
    const ended = await runModule(
      `
      import { defineCronJob } from '@cgk-platform/jobs'
      defineCronJob({ id: 'far', schedule: '${farOff()}', handler: () => undefined })
      `,
      inApp,
    )
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({ level: 'warn', message: ticksNoMore, cronJobs: 1 })
  })

  // Each engine on the machine's clock is told by the process's shared state; the second would tick a second time.
  const engines = `const engines = () => console.log(globalThis[Symbol.for('@cgk-platform/jobs.ambient.v1')].get('clients').client ? 'default' : 'own')`

  test.each([
    ['has all jobs', `createJobClient({ provider: 'local' })`],
    ['has them as jobs of its own', `createJobClient({ provider: 'local', jobs: [cron] })`],
    ['is on an engine elsewhere', `createJobClient({ provider: elsewhere })`],
  ])(
    'ticks on the client that the app makes (it %s), on no second engine, and ends when that is closed',
    async (_name, make) => {
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
    },
  )
})

describe.runIf(readsTypeScript)('in production without a choice of engine', together, () => {
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

  test('a mere cron job logs an error and lets the process end well', async () => {
    const ended = await runModule(everyMinute, inProduction)
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({
      level: 'error',
      message: 'Cron jobs are defined, but their engine could not be started.',
      error: { name: 'ProviderNotChosenError', code: 'provider_not_chosen' },
    })
  })

  test('`JOB_PROVIDER=local` is a choice', async () => {
    const ended = await runModule(
      `
      import { defineJob, sendJob } from '@cgk-platform/jobs'
      defineJob({ id: 'work', event: 'analytics.track', handler: () => console.log('ran') })
      await sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
      `,
      { ...inApp, env: { NODE_ENV: 'production', JOB_PROVIDER: 'local' } },
    )
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'ran\n', stderr: '' })
  })
})
