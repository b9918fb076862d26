import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs'
import type { Environment } from '@cgk-platform/test-kit/execute'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runDoctorIn } from './run-doctor-in.ts'

// Runs `doctor` in an app with two jobs.

const project = createReaderProject()
const doctor = (environment: Environment = {}, ...args: string[]) => runDoctorIn(project.folder, environment, ...args)

beforeAll(() => {
  project.write(
    'src/jobs.ts',
    `import { defineCronJob, defineJob } from '@cgk-platform/jobs'
console.log('a module that prints')
defineJob({ id: 'confirm-order', event: 'order.created', handler: () => undefined })
defineCronJob({ id: 'report', schedule: '* * * * *', handler: () => console.log('it ticked') })`,
  )
})

afterAll(() => project.remove())

describe('with nothing set', () => {
  test('chooses the local engine and reports no problem', async () => {
    const { report, messagesOf } = await doctor()
    expect(report.provider?.name).toBe('local')
    expect(messagesOf('ok')).toEqual([
      'provider: `local`, because it is the default outside production',
      'variables: none set',
      expect.stringMatching(/^versions: Node [\d.]+, @cgk-platform\/jobs \S+, @trigger\.dev\/sdk \S+, inngest \S+$/),
      'jobs: 2 jobs in `src/jobs.ts`: `confirm-order`, `report` Other files were not checked. To check them, pass `--jobs <file>`.',
      expect.stringMatching(/^engine: .*jobs that have not ended: 0 \(in the process of `doctor`, \d+ ms\)$/),
      'engine: jobs: registered in every process that imports them',
    ])
    expect(report.findings).toHaveLength(6)
    expect(report.jobs).toEqual([
      { id: 'confirm-order', kind: 'job', event: 'order.created', unsupported: [] },
      { id: 'report', kind: 'cron', schedule: '* * * * *', timezone: 'UTC', unsupported: [] },
    ])
  })

  test('prints a line for each finding and a summary at the end', async () => {
    const { exitCode, stdout } = await runCommand(['doctor'], project.folder)
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('ok       provider   `local`, because it is the default outside production')
    expect(lines.at(-1)).toBe('No problems.')
    expect(stdout).not.toContain('a module that prints')
  })

  test('reports production without an engine and still runs the other checks', async () => {
    const { report, messagesOf } = await doctor({ NODE_ENV: 'production' })
    expect(report).toMatchObject({ provider: null, engine: null, jobs: [{ id: 'confirm-order' }, { id: 'report' }] })
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(/^provider: Could not choose a job provider: in production.* Set `JOB_PROVIDER`/),
    ])
    expect(messagesOf('warning')).toEqual([
      'engine: not checked, because no engine is chosen Pass `--provider` to check one anyway.',
    ])
  })

  test('warns about a misnamed variable, which is a problem in production', async () => {
    const remedy = 'Set `TRIGGER_SECRET_KEY` instead'
    const { messagesOf } = await doctor({ TRIGGER_API_KEY: 'x' })
    expect(messagesOf('warning').join()).toContain(
      `\`TRIGGER_API_KEY\` is set but not read, so the local engine is used ${remedy}`,
    )
    const inProduction = await doctor({ TRIGGER_API_KEY: 'x', NODE_ENV: 'production' })
    expect(inProduction.messagesOf('problem').join()).toContain(`\`TRIGGER_API_KEY\` is not read. ${remedy}`)
  })

  test('warns about a variable that does not choose an engine', async () => {
    const { messagesOf } = await doctor({ INNGEST_DEV: '1' })
    expect(messagesOf('warning')).toEqual([
      'provider: `INNGEST_DEV` is set but does not choose an engine Set `JOB_PROVIDER=inngest`.',
    ])
  })
})

describe('with the keys of both vendors', () => {
  const both = { TRIGGER_SECRET_KEY: 'tr_dev_some-key', INNGEST_EVENT_KEY: 'some-event-key' }

  test('reports that no engine is chosen, and how to choose one', async () => {
    const { messagesOf } = await doctor(both)
    expect(messagesOf('problem')).toEqual([
      'provider: Could not choose a job provider: the keys of Trigger.dev and Inngest are set. ' +
        'Set `JOB_PROVIDER` to `trigger.dev` or `inngest`.',
    ])
  })

  test('`--provider` selects one', async () => {
    const { report, messagesOf } = await doctor(both, '--provider', 'local')
    expect(report.provider).toEqual({ name: 'local', reason: '`--provider` is set to it' })
    expect(messagesOf('problem')).toEqual([])
  })
})

describe('variables of files', () => {
  test('with an unknown value are a problem, and with an unknown name a warning', async () => {
    const { messagesOf } = await doctor({ JOB_PROVIDER: 'local', JOB_LOG_LEVEL: 'verbose', JOB_LOCAL_FILE: 'jobs.db' })
    expect(messagesOf('problem')).toEqual([
      'variables: `JOB_LOG_LEVEL` is `verbose`, which is not a level. Set it to `debug`, `info`, `warn`, `error` or `silent`.',
    ])
    expect(messagesOf('warning')).toContain(
      'variables: `JOB_LOCAL_FILE` is set but not read If it is for this library, set `JOB_LOCAL_PATH` instead.',
    )
  })

  test('are read with `--env-file`, and unread files are reported', async () => {
    project.write('.env', 'JOB_PROVIDER=sqs\nJOB_LOG_LEVEL=')
    project.write('.env.shop', 'JOB_PROVIDER=local')
    const unread = await doctor()
    expect(unread.messagesOf('warning')).toEqual([
      'variables: `.env` exists but was not read If your app reads it, run `npx @cgk-platform/jobs-cli doctor --env-file .env`.',
    ])
    const read = await doctor({}, '--env-file', '.env')
    expect(read.messagesOf('problem')).toEqual([
      'provider: Could not choose a job provider: `JOB_PROVIDER` is `sqs`, which is not an available engine. Use `trigger.dev`, `inngest`, `postgres` or `local`, or import the package of that engine.',
    ])
    expect(read.messagesOf('warning')[0]).toMatch(/`JOB_LOG_LEVEL` is empty/)
    expect(read.report.variables).toEqual([{ name: 'JOB_PROVIDER', from: '.env' }])
    const both = await doctor({ INNGEST_DEV: '0' }, '--env-file', '.env', '--env-file', '.env.shop')
    expect(both.report.provider?.name).toBe('local')
    expect(both.report.variables).toEqual([
      { name: 'INNGEST_DEV', from: 'environment' },
      { name: 'JOB_PROVIDER', from: '.env.shop' },
    ])
    const overridden = await doctor({ JOB_PROVIDER: 'local' }, '--env-file', '.env')
    expect(overridden.report.provider?.name).toBe('local')
  })
})

describe('the files with jobs', () => {
  test('include those that a host imports, without importing the host', async () => {
    const app = createReaderProject()
    const job = (id: string) => `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: '${id}', event: 'order.created', handler: () => undefined })`
    app.write('src/jobs.ts', job('first'))
    app.write('src/billing.ts', job('second'))
    app.write('src/billing.js', `throw new Error('what a compiler made')`)
    app.write('src/mails/index.ts', job('third'))
    app.write(
      'src/trigger/tasks.ts',
      `import '../jobs.js' // and every other module that defines jobs
import '../billing.js'
import '../mails'
throw new Error('not in a worker')`,
    )
    const { messagesOf, report } = await runDoctorIn(app.folder, { JOB_PROVIDER: 'local' })
    app.remove()
    expect(messagesOf('problem')).toEqual([])
    expect(report.jobs.map(({ id }) => id)).toEqual(['first', 'second', 'third'])
    expect(messagesOf('ok')).toContain(
      'jobs: 3 jobs in `src/jobs.ts`, `src/billing.ts`, `src/mails/index.ts`: `first`, `second`, `third` ' +
        'Other files were not checked. To check them, pass `--jobs <file>`.',
    )
  })

  test('can be TypeScript that Node cannot run, with bundler-style imports', async () => {
    project.write('bundled/name.ts', `export enum Name { Own = 'bundled-job' }`)
    project.write(
      'bundled/jobs.ts',
      `import { defineJob } from '@cgk-platform/jobs'
import { Name } from './name'
defineJob({ id: Name.Own, event: 'order.created', handler: () => undefined })`,
    )
    const { report, messagesOf } = await doctor({ JOB_PROVIDER: 'local' }, '--jobs', 'bundled/jobs.ts')
    expect(report.jobs.map(({ id }) => id)).toEqual(['bundled-job'])
    expect(messagesOf('ok')).toContain('jobs: 1 job in `bundled/jobs.ts`: `bundled-job`')
  })

  test('can start timers, fail and print', async () => {
    project.write(
      'lively.ts',
      `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'lively', event: 'order.created', handler: () => undefined })
setInterval(() => console.log('going on'), 1)
void Promise.reject(new Error('no database'))`,
    )
    const { report, messagesOf } = await doctor({ JOB_PROVIDER: 'local' }, '--jobs', 'lively.ts')
    expect(report.jobs.map(({ id }) => id)).toEqual(['lively'])
    expect(messagesOf('warning')).toContainEqual(
      expect.stringMatching(/^jobs: an uncaught error in a file with jobs: no database /),
    )
  })

  test('cannot end the process silently', async () => {
    project.write('ending.ts', 'process.exit(0)')
    const { exitCode, stdout, stderr } = await runCommand(['doctor', '--jobs', 'ending.ts'], project.folder)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('a file with jobs ended the process')
  })

  test.each<[what: string, code: string | undefined, problem: RegExp]>([
    ['does not exist', undefined, /`odd\.ts` cannot be imported: the file does not exist/],
    ['throws', `throw new Error('no database')`, /`odd\.ts` cannot be imported: no database .*should define jobs/],
    ['imports a package that is not installed', `import 'left-pad'`, /left-pad.* Install it, or correct the import\.$/],
    ['defines no jobs', `export const nothing = 1`, /no jobs are defined in `odd\.ts`/],
  ])('reports a file that %s', async (_what, code, problem) => {
    if (code !== undefined) project.write('odd.ts', code)
    const { messagesOf } = await doctor({ JOB_PROVIDER: 'local' }, '--jobs', 'odd.ts')
    expect(messagesOf('problem')).toEqual([expect.stringMatching(problem)])
  })
})

describe('the file of a local engine', () => {
  const order = { tenantId: 'tenant_1', orderId: 'order_1' }

  test('is checked, and waiting jobs without a worker are a problem', async () => {
    const path = join(project.folder, 'jobs.db')
    const client = createJobClient({ provider: 'local', config: { path, role: 'send' }, jobs: [] })
    const job = await client.sendJob('order.created', order)
    const { messagesOf } = await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: path })
    expect(messagesOf('problem')).toEqual([
      expect.stringMatching(/^engine: workers: no worker shares the file; jobs waiting: 1; start one/),
    ])
    expect(messagesOf('ok')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^engine: .*jobs that have not ended: 1 \(in the process of `doctor`, /),
        'engine: store: accepts changes',
      ]),
    )
    expect((await client.getJobStatus(job.id)).state).toBe('queued')
    const worker = createJobClient({ provider: 'local', config: { path, role: 'work' }, jobs: [] })
    await worker.capabilities() // opens the file
    expect((await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: path })).messagesOf('problem')).toEqual([])
    await worker.close()
    await client.close()
  })

  test('is not created if it is missing', async () => {
    const path = join(project.folder, 'missing.db')
    const { messagesOf } = await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: path })
    expect(messagesOf('ok')).toContain(
      'engine: the file of `JOB_LOCAL_PATH` does not exist yet; the first process that uses it creates it',
    )
    expect(existsSync(path)).toBe(false)
    const nowhere = await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: join(project.folder, 'no-folder/jobs.db') })
    expect(nowhere.messagesOf('problem')).toEqual([
      'engine: the folder of `JOB_LOCAL_PATH` does not exist Create the folder, or correct the path.',
    ])
  })
})

test('can choose an engine that a third-party package registers', async () => {
  const app = createReaderProject()
  app.write(
    'jobs.ts',
    `import { registerEngine } from '@cgk-platform/jobs-core/provider'
import { createLocalProvider } from '@cgk-platform/jobs-local'
const engine = { name: 'redis', title: 'Redis', packageName: 'jobs-redis', runsInProcess: false }
registerEngine({ ...engine, create: () => ({ ...createLocalProvider(), name: 'redis' }) })`,
  )
  const { messagesOf } = await runDoctorIn(app.folder, { JOB_PROVIDER: 'redis' })
  app.remove()
  expect(messagesOf('ok')).toContain('provider: `redis`, because `JOB_PROVIDER` is set to it')
  expect(messagesOf('ok')).toContainEqual(expect.stringMatching(/^engine: .*jobs that have not ended: 0/))
})
