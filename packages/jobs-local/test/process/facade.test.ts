import { describe, expect, test } from 'vitest'

import { type NodeOptions, readsTypeScript, runModule } from '../kit/run-node.ts'

// Where the facade is installed, as an app has it.
const inApp: NodeOptions = { folder: '../../examples/storefront' }
const later = `const later = (ms, act) => setTimeout(act, ms).unref()`
const everyMinute = `
  import { defineCronJob } from '@cgk-platform/jobs'
  defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: () => undefined })
`

describe.runIf(readsTypeScript)('a script that only defines a cron job', () => {
  test('brings the engine to life, which keeps the process for the coming tick', async () => {
    const ended = await runModule(`${everyMinute} ${later}; later(1500, () => { console.log('alive'); process.exit() })`, inApp)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'alive\n', stderr: '' })
  })

  test('ends where the tick is far off', async () => {
    const far = new Date(Date.now() + 180 * 86_400_000)
    const schedule = `0 0 1 ${far.getUTCMonth() + 1} *`
    const ended = await runModule(
      `
      import { defineCronJob } from '@cgk-platform/jobs'
      defineCronJob({ id: 'far', schedule: '${schedule}', handler: () => undefined })
      `,
      inApp,
    )
    expect(ended).toMatchObject({ code: 0, killed: false })
  })

  test('ticks on the client that the app makes, and on no second engine', async () => {
    const ended = await runModule(
      `
      ${everyMinute}
      ${later}
      import { createJobClient, healthCheck } from '@cgk-platform/jobs'
      const client = createJobClient({ provider: 'local' })
      later(1500, async () => { console.log(process.listenerCount('beforeExit')); await client.close(); console.log('closed') })
      `,
      inApp,
    )
    expect(ended).toEqual({ code: 0, killed: false, stdout: '1\nclosed\n', stderr: '' })
  })
})

describe.runIf(readsTypeScript)('in production without a choice of engine', () => {
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
    const line = /^ProviderNotChosenError provider_not_chosen No job provider was chosen: this is production and no engine is named\. Set `JOB_PROVIDER` to .*$/
    const lines = ended.stdout.trim().split('\n')
    expect(lines).toEqual([expect.stringMatching(line), expect.stringMatching(line)])
  })

  test('a mere cron job logs an error and lets the process end well', async () => {
    const ended = await runModule(everyMinute, inProduction)
    expect(ended).toMatchObject({ code: 0, killed: false, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({
      level: 'error',
      message: 'Cron jobs are defined, but no engine runs them.',
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
