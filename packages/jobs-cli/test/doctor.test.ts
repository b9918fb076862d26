import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createReaderProject, type Environment } from '../../jobs/test/snippets/reader-project.ts'
import { doctorIn } from './doctor-in.ts'
import { runCommand } from './run-command.ts'

// An app with two jobs, looked at by the command as its engineers would call it.

const project = createReaderProject()
const doctor = (environment: Environment = {}, ...args: string[]) => doctorIn(project.folder, environment, ...args)

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
  test('the local engine is chosen, and all is well', async () => {
    const { report, told } = await doctor()
    expect(report.provider?.name).toBe('local')
    expect(told('ok')).toEqual([
      'provider: `local`, because nothing names another, and this is not production',
      'variables: none is set',
      expect.stringMatching(/^versions: Node [\d.]+, @cgk-platform\/jobs \S+, @trigger\.dev\/sdk \S+, inngest \S+$/),
      'jobs: 2 jobs in `src/jobs.ts`: `confirm-order`, `report` Other files were not looked at: `--jobs <file…>`.',
      expect.stringMatching(/^engine: .*jobs that have not ended: 0 \(this process is `doctor`; within \d+ ms\)$/),
      'engine: jobs: registered by being defined, in every process that imports them',
    ])
    expect(report.findings).toHaveLength(6)
    expect(report.jobs).toEqual([
      { id: 'confirm-order', kind: 'job', event: 'order.created', unsupported: [] },
      { id: 'report', kind: 'cron', schedule: '* * * * *', timezone: 'UTC', unsupported: [] },
    ])
  })

  test('people read a line for each finding, and the verdict last', async () => {
    const { exitCode, stdout } = await runCommand(['doctor'], project.folder)
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('ok       provider   `local`, because nothing names another, and this is not production')
    expect(lines.at(-1)).toBe('No problems.')
    expect(stdout).not.toContain('a module that prints')
  })

  test('production is refused, and the rest is looked at all the same', async () => {
    const { report, told } = await doctor({ NODE_ENV: 'production' })
    expect(report).toMatchObject({ provider: null, engine: null, jobs: [{ id: 'confirm-order' }, { id: 'report' }] })
    expect(told('problem')).toEqual([
      expect.stringMatching(/^provider: Could not choose a job provider: this is production.* Set `JOB_PROVIDER`/),
    ])
    expect(told('warning')).toEqual(['engine: not asked, since none is chosen `--provider` tries one all the same.'])
  })

  test('an address of an engine is said to choose none', async () => {
    const { told } = await doctor({ INNGEST_DEV: '1' })
    expect(told('warning')).toEqual([
      'provider: `INNGEST_DEV` is set, and chooses no engine `JOB_PROVIDER=inngest` does.',
    ])
  })
})

describe('with the keys of both vendors', () => {
  const both = { TRIGGER_SECRET_KEY: 'tr_dev_some-key', INNGEST_EVENT_KEY: 'some-event-key' }

  test('none is chosen, and it is told how to choose', async () => {
    const { told } = await doctor(both)
    expect(told('problem')).toEqual([
      'provider: Could not choose a job provider: the keys of Trigger.dev and Inngest are set. ' +
        'Set `JOB_PROVIDER` to `trigger.dev` or `inngest`.',
    ])
  })

  test('`--provider` chooses for once', async () => {
    const { report, told } = await doctor(both, '--provider', 'local')
    expect(report.provider).toEqual({ name: 'local', reason: '`--provider` names it' })
    expect(told('problem')).toEqual([])
  })
})

describe('variables of files', () => {
  test('are read where that is asked for, and a file that was not read is mentioned', async () => {
    project.write('.env', 'JOB_PROVIDER=sqs\nJOB_LOG_LEVEL=')
    project.write('.env.shop', 'JOB_PROVIDER=local')
    const unread = await doctor()
    expect(unread.told('warning')).toEqual([
      'variables: `.env` is there, and was not read If the app reads it: `npx @cgk-platform/jobs-cli doctor --env-file .env`.',
    ])
    const read = await doctor({}, '--env-file', '.env')
    expect(read.told('problem')).toEqual([
      'provider: Could not choose a job provider: `JOB_PROVIDER` is `sqs`. Use `trigger.dev`, `inngest` or `local`, or import the package of that engine.',
    ])
    expect(read.told('warning')[0]).toMatch(/`JOB_LOG_LEVEL` is empty/)
    expect(read.report.variables).toEqual([{ name: 'JOB_PROVIDER', from: '.env' }])
    const both = await doctor({ INNGEST_DEV: '0' }, '--env-file', '.env', '.env.shop')
    expect(both.report.provider?.name).toBe('local')
    expect(both.report.variables).toEqual([
      { name: 'INNGEST_DEV', from: 'environment' },
      { name: 'JOB_PROVIDER', from: '.env.shop' },
    ])
    const overruled = await doctor({ JOB_PROVIDER: 'local' }, '--env-file', '.env')
    expect(overruled.report.provider?.name).toBe('local')
  })
})

describe('the files with jobs', () => {
  test('are those, too, that what runs the jobs imports, which is not imported itself', async () => {
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
    const { told, report } = await doctorIn(app.folder, { JOB_PROVIDER: 'local' })
    app.remove()
    expect(told('problem')).toEqual([])
    expect(report.jobs.map(({ id }) => id)).toEqual(['first', 'second', 'third'])
    expect(told('ok')).toContain(
      'jobs: 3 jobs in `src/jobs.ts`, `src/billing.ts`, `src/mails/index.ts`: `first`, `second`, `third` ' +
        'Other files were not looked at: `--jobs <file…>`.',
    )
  })

  test('may be TypeScript that Node cannot run, with imports as bundlers have them', async () => {
    project.write('bundled/name.ts', `export enum Name { Own = 'bundled-job' }`)
    project.write(
      'bundled/jobs.ts',
      `import { defineJob } from '@cgk-platform/jobs'
import { Name } from './name'
defineJob({ id: Name.Own, event: 'order.created', handler: () => undefined })`,
    )
    const { report, told } = await doctor({ JOB_PROVIDER: 'local' }, '--jobs', 'bundled/jobs.ts')
    expect(report.jobs.map(({ id }) => id)).toEqual(['bundled-job'])
    expect(told('ok')).toContain('jobs: 1 job in `bundled/jobs.ts`: `bundled-job`')
  })

  test('may start what goes on and what fails, and print', async () => {
    project.write(
      'lively.ts',
      `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'lively', event: 'order.created', handler: () => undefined })
setInterval(() => console.log('going on'), 1)
void Promise.reject(new Error('no database'))`,
    )
    const { report, told } = await doctor({ JOB_PROVIDER: 'local' }, '--jobs', 'lively.ts')
    expect(report.jobs.map(({ id }) => id)).toEqual(['lively'])
    expect(told('warning')).toContainEqual(expect.stringMatching(/^jobs: what the files started failed: no database /))
  })

  test('cannot end the process without a word', async () => {
    project.write('ending.ts', 'process.exit(0)')
    const { exitCode, stdout, stderr } = await runCommand(['doctor', '--jobs', 'ending.ts'], project.folder)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('a file with jobs has ended the process')
  })

  test.each<[what: string, code: string | undefined, problem: RegExp]>([
    ['is not there', undefined, /`odd\.ts` cannot be imported: there is no such file/],
    ['throws', `throw new Error('no database')`, /`odd\.ts` cannot be imported: no database .*should define jobs/],
    ['imports what is not installed', `import 'left-pad'`, /left-pad.* Install it, or mend the import\.$/],
    ['defines none', `export const nothing = 1`, /no jobs are defined in `odd\.ts`/],
  ])('a file that %s is a problem', async (_what, code, problem) => {
    if (code !== undefined) project.write('odd.ts', code)
    const { told } = await doctor({ JOB_PROVIDER: 'local' }, '--jobs', 'odd.ts')
    expect(told('problem')).toEqual([expect.stringMatching(problem)])
  })
})

describe('the file of a local engine', () => {
  const order = { tenantId: 'tenant_1', orderId: 'order_1' }

  test('is looked at, and jobs that nobody works on are a problem', async () => {
    const path = join(project.folder, 'jobs.db')
    const client = createJobClient({ provider: 'local', config: { path, role: 'send' }, jobs: [] })
    const job = await client.sendJob('order.created', order)
    const { told } = await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: path })
    expect(told('problem')).toEqual([
      expect.stringMatching(/^engine: workers: no process works on the file, and jobs wait: 1; start one/),
    ])
    expect(told('ok')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^engine: .*jobs that have not ended: 1 \(this process is `doctor`; /),
        'engine: store: takes changes',
      ]),
    )
    expect((await client.getJobStatus(job.id)).state).toBe('queued')
    const worker = createJobClient({ provider: 'local', config: { path, role: 'work' }, jobs: [] })
    await worker.capabilities() // opens the file
    expect((await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: path })).told('problem')).toEqual([])
    await worker.close()
    await client.close()
  })

  test('is not made where it is missing', async () => {
    const path = join(project.folder, 'missing.db')
    const { told } = await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: path })
    expect(told('ok')).toContain(
      'engine: the file of `JOB_LOCAL_PATH` is not there yet; the first process that uses it makes it',
    )
    expect(existsSync(path)).toBe(false)
    const nowhere = await doctor({ JOB_PROVIDER: 'local', JOB_LOCAL_PATH: join(project.folder, 'no-folder/jobs.db') })
    expect(nowhere.told('problem')).toEqual([
      'engine: the folder of `JOB_LOCAL_PATH` does not exist Make the folder, or mend the path.',
    ])
  })
})

test('an engine that a package of others registers can be chosen', async () => {
  const app = createReaderProject()
  app.write(
    'jobs.ts',
    `import { registerEngine } from '@cgk-platform/jobs-core/provider'
import { createLocalProvider } from '@cgk-platform/jobs-local'
const engine = { name: 'redis', title: 'Redis', packageName: 'jobs-redis', runsInProcess: false }
registerEngine({ ...engine, create: () => ({ ...createLocalProvider(), name: 'redis' }) })`,
  )
  const { told } = await doctorIn(app.folder, { JOB_PROVIDER: 'redis' })
  app.remove()
  expect(told('ok')).toContain('provider: `redis`, because `JOB_PROVIDER` names it')
  expect(told('ok')).toContainEqual(expect.stringMatching(/^engine: .*jobs that have not ended: 0/))
})
