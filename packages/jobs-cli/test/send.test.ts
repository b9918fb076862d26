import type { JobHandle, JobPage } from '@cgk-platform/jobs'
import type { JobDetails } from '@cgk-platform/jobs/inspect'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createSeededProject, type SeededProject } from './seeded-project.ts'

let project: SeededProject
const run = (...args: string[]) => project.run(...args)

beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

describe('signal', () => {
  test('sends a signal to a job once for a key, and checks its payload with the files with jobs', async () => {
    const { waiting } = project.jobs
    const signal = (...args: string[]) => run('signal', waiting, 'approval', ...args)
    expect(await signal('{"by":"Ada"}', '--tenant', 'shop_2', '--key', 'k')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining(`Sent \`approval\` to \`${waiting}\`.`),
    })
    expect(await project.json('signal', waiting, 'approval', '{"by":"Ada"}', '--key', 'k')).toEqual({
      jobId: waiting,
      signal: 'approval',
    })
    const { jobs } = await project.json<JobPage>('list', '--reference', waiting)
    expect(jobs).toMatchObject([{ event: 'signal/approval', tenantId: 'shop_2' }])
    expect(await signal('{}')).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/`payload\.by`: must be/) })
    expect(await signal('{"by":"Ada"}', '--tenant', 'shop_1')).toMatchObject({ exitCode: 3 })
    expect(await run('signal', project.jobs.good, 'approval', '{"by":"Ada"}')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('(job_not_signalable)'),
    })
  })
})

describe('send', () => {
  test('checks the event with the schemas of the files with jobs, and prints the id', async () => {
    const { stdout, stderr, exitCode } = await run('send', 'order.placed', '{"orderId":"good_3"}', '--tenant', 'shop_3')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'a line that a module prints\nSent `order.placed` of `shop_3`.\n',
    })
    const job = await project.json<JobDetails>('show', stdout.trim(), '--payload')
    expect(job).toMatchObject({ tenantId: 'shop_3', state: 'queued', payload: { orderId: 'good_3' } })
  })

  test('takes key, delay and reference, and a file', async () => {
    const send = [
      'send',
      'order.placed',
      '@package.json',
      '--tenant',
      'shop_3',
      '--key',
      'k',
      '--reference',
      'r',
      '--reference',
      's',
    ]
    const job = await project.json<JobHandle>(...send, '--delay', '2h')
    const again = await project.json<JobHandle>(...send)
    expect(again).toEqual({ ...job, deduplicated: true })
    const { references, state, payload } = await project.json<JobDetails>('show', job.id, '--payload')
    expect({ references, state, payload }).toEqual({
      references: ['r', 's'],
      state: 'scheduled',
      payload: { tenantId: 'shop_3', type: 'module' },
    })
  })

  test('runs a failed job again with another payload', async () => {
    const { bad } = project.jobs
    const job = await project.json<JobHandle>(
      ...['send', 'order.placed', '{"orderId":"good_5"}', '--tenant', 'shop_1', '--rerun-of', bad],
    )
    expect(job.id).not.toBe(bad)
    const { stdout } = await run('show', job.id, '--payload')
    expect(stdout).toMatch(new RegExp(`^ {2}runs again +${bad}$`, 'm'))
    expect(stdout).toContain('good_5')
    expect(await run('send', 'order.placed', '{}', '--tenant', 'shop_1', '--rerun-of', ' ')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('`rerunOf` is blank.'),
    })
  })

  test.each<[what: string, args: string[], message: RegExp]>([
    ['an unknown event', ['order.plced', '{}', '--tenant', 'shop_3'], /`order\.placed`.*\(unknown_event\)/],
    ['text that is not JSON', ['order.placed', '{'], /`payload` is not JSON: .*\(invalid_option\)/],
    ['a missing file', ['order.placed', '@missing.json'], /cannot be read: ENOENT/],
    ['a missing tenant', ['order.placed', '{}'], /tenant.*\(tenant_required\)/],
    [
      'an invalid payload, with each problem on its line',
      ['order.refunded', '{}', '--tenant', 'shop_3'],
      /does not match its schema\. Correct these fields:\n {2}- `payload\.orderId`: .* \(payload_invalid\)\n$/,
    ],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await run('send', ...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})
