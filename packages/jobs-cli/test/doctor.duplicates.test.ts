import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { runDoctorIn } from './run-doctor-in.ts'

// Files that give two definitions the same id.

const project = createReaderProject()

beforeAll(() => {
  const define = (event: string, output: string): string =>
    `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'confirm', event: '${event}', handler: () => ${output} })`
  project.write('orders.ts', define('order.created', '1'))
  project.write('refunds.ts', define('order.refunded', '1'))
  project.write('again.ts', define('order.created', '2'))
  project.write('app.ts', "import './orders.ts'\nimport './refunds.ts'\nconsole.log('started')")
})
afterAll(() => project.remove())

const local = { JOB_PROVIDER: 'local' }

test('are a problem if their events differ', async () => {
  const run = await runDoctorIn(project.folder, local, '--jobs', 'orders.ts', '--jobs', 'refunds.ts')
  expect(run.messagesOf('problem')).toEqual([
    expect.stringMatching(
      /^jobs: two definitions have the id `confirm`: a job for `order\.created` \(.*orders\.ts:2:1\) and a job for `order\.refunded` \(.*refunds\.ts:2:1\) Give each/,
    ),
  ])
  expect(run.exitCode).toBe(1)
})

test('are a warning if only their code differs', async () => {
  const run = await runDoctorIn(project.folder, local, '--jobs', 'orders.ts', '--jobs', 'again.ts')
  expect(run.messagesOf('problem')).toEqual([])
  expect(run.messagesOf('warning')).toEqual([expect.stringMatching(/^jobs: two definitions have the id `confirm`: /)])
})

test.each([
  { JOB_PROVIDER: 'inngest' },
  { JOB_PROVIDER: 'trigger.dev' },
  { JOB_PROVIDER: 'local', JOB_LOCAL_PATH: 'jobs.db' },
])('end an app in production at its start: %j', async (environment) => {
  const { exitCode, stdout, stderr } = await project.run('app.ts', { ...environment, NODE_ENV: 'production' })
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toMatch(
    /DuplicateDefinitionError: Two definitions have the id `confirm`: .*orders\.ts.*refunds\.ts.*code: 'duplicate_definition'/s,
  )
  expect(await project.run('app.ts', environment)).toMatchObject({ exitCode: 0, stdout: 'started\n' })
})
