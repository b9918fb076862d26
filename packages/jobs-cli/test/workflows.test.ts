import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { WorkflowHistory } from '@cgk-platform/jobs/inspect'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const project = createReaderProject()
const run = (...args: string[]) => runCommand([args[0]!, '--file', 'jobs.db', ...args.slice(1)], project.folder)

const code = `
import { defineEvents, defineWorkflow, eventType, NonRetryableError } from '@cgk-platform/jobs'

defineEvents({ 'order.placed': eventType() })

const steps = async ({ payload }, step) => {
  await step.run('charge', () => ({ receipt: 'secret ' + payload.orderId }))
  if (payload.orderId === 'unpaid') throw new NonRetryableError('No money.')
  if (payload.orderId === 'sold out') {
    await step.run('reserve', () => undefined, { compensate: () => undefined })
    throw new NonRetryableError('None left.')
  }
  await step.patched('gift wrap')
  await step.sleep('pack', '7d')
  await step.run('ship', () => undefined)
}
const previous = ['1', '0', 'failed'].map((version) => ({ version, steps }))
export const define = (options) => defineWorkflow({ id: 'fulfil-order', event: 'order.placed', steps, ...options })
export const order = define({ version: '2', previous })
`

const seed = `
import { createJobClient } from '@cgk-platform/jobs'
import { define, order } from './jobs.ts'

const ids = []
const open = (workflow) => createJobClient({ provider: 'local', config: { path: './jobs.db' }, jobs: [workflow] })
for (const [version, orderId] of [['failed', 'unpaid'], ['failed', 'unpaid'], ['0', 'sold out']]) {
  const client = open(define({ version }))
  const { id } = await client.sendJob('order.placed', { tenantId: 'shop_2', orderId })
  await client.waitForJob(id)
  await client.close()
}
for (const workflow of [define({ version: '9' }), define({ version: '1' }), order]) {
  const client = open(workflow)
  const { id } = await client.sendJob('order.placed', { tenantId: 'shop_1', orderId: 'order_1' })
  const isAsleep = async () => (await client.getJobStatus(id)).runs[0]?.steps?.at(-1)?.state === 'waiting'
  while (!(await isAsleep())) await new Promise((resolve) => setTimeout(resolve, 10))
  await client.close()
  ids.push(id)
}
console.error(JSON.stringify(ids))
`

const check = `
import { readFileSync } from 'node:fs'
import { replayHistory } from '@cgk-platform/jobs/local/testing'
import { order } from './jobs.ts'

const history = JSON.parse(readFileSync(process.env.HISTORY, 'utf8'))
console.error(JSON.stringify(await replayHistory(order, history, { payload: { orderId: 'order_1' } })))
`

let ids: string[] = []
beforeAll(async () => {
  project.write('jobs.ts', code)
  project.write('seed.ts', seed)
  const { stderr, exitCode } = await project.run('seed.ts')
  if (exitCode !== 0) throw new Error(stderr)
  ids = JSON.parse(stderr.trim().split('\n').at(-1)!) as string[]
})
afterAll(() => project.remove())

const historiesIn = (folder: string): WorkflowHistory[] =>
  readdirSync(join(project.folder, folder)).map(
    (name) => JSON.parse(readFileSync(join(project.folder, folder, name), 'utf8')) as WorkflowHistory,
  )

describe('history', () => {
  test('writes a file for each run of a workflow, without payload and outputs', async () => {
    const { stdout, stderr, exitCode } = await run('history', '--definition', 'fulfil-order', '--tenant', 'shop_1')
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'Wrote 3 files to histories.\n',
      stderr: 'Payloads and outputs are omitted. Add `--payload` to write them.\n',
      exitCode: 0,
    })
    const histories = historiesIn('histories')
    expect(new Set(histories.map(({ version }) => version))).toEqual(new Set(['1', '2', '9']))
    const { steps, ...history } = histories.find(({ jobId }) => jobId === ids[2])!
    expect(history).toMatchObject({ format: 1, definitionId: 'fulfil-order', version: '2', event: 'order.placed' })
    expect(history).not.toHaveProperty('payload')
    expect(steps).toMatchObject([
      { id: 'charge', kind: 'run', state: 'completed' },
      { id: 'gift wrap', kind: 'patched', state: 'completed', output: true },
      { id: 'pack', kind: 'sleep', state: 'waiting' },
    ])
    expect(JSON.stringify(histories)).not.toContain('secret')
  })

  test('writes them with `--payload`, for one job, to another folder', async () => {
    const { stdout } = await run('history', ids[1]!, '--payload', '--out', 'one', '--json')
    expect((JSON.parse(stdout) as { files: string[] }).files).toHaveLength(1)
    const [history] = historiesIn('one')
    expect(history).toMatchObject({ jobId: ids[1], version: '1', payload: { tenantId: 'shop_1', orderId: 'order_1' } })
    expect(history!.steps[0]!.output).toEqual({ receipt: 'secret order_1' })
  })

  test('tells that more jobs match than `--limit`', async () => {
    const { stdout, stderr } = await run('history', '--tenant', 'shop_1', '--limit', '2', '--out', 'some')
    expect(stdout).toBe('Wrote 2 files to some.\n')
    expect(stderr).toContain('More jobs match. Raise `--limit`, or add filters.')
    expect((await run('history', '--tenant', 'shop_1', '--limit', '3', '--out', 'all')).stderr).not.toContain(
      'More jobs match',
    )
  })

  test('refuses filters beside ids, and exits with 3 for an unknown job', async () => {
    expect(await run('history', ids[0]!, '--state', 'failed')).toMatchObject({ exitCode: 2 })
    expect(await run('history', '01J00000000000000000000000', '--out', 'none')).toMatchObject({ exitCode: 3 })
    expect(existsSync(join(project.folder, 'none'))).toBe(false)
  })

  test('writes files that `replayHistory` reads', async () => {
    project.write('check.ts', check)
    await run('history', ids[0]!, ids[1]!, '--out', 'checked')
    const results = historiesIn('checked').map(async ({ definitionId, runId, version }) => {
      const { stderr } = await project.run('check.ts', { HISTORY: join('checked', `${definitionId}-${runId}.json`) })
      return [version, JSON.parse(stderr.trim().split('\n').at(-1)!) as unknown]
    })
    expect(Object.fromEntries((await Promise.all(results)) as [string, unknown][])).toEqual({
      '1': { fits: true, next: ['pack'] },
      '9': { fits: false, reason: expect.stringContaining('began with version `9`') as string },
    })
  })
})

test('`versions` counts open runs and failed ones that a retry continues, and names what can be deleted of `previous`', async () => {
  const { stdout, stderr, exitCode } = await run('versions', '--jobs', 'jobs.ts')
  expect(exitCode).toBe(0)
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 5).join(' '))).toEqual([
    'WORKFLOW VERSION CODE OPEN FAILED',
    expect.stringMatching(/^fulfil-order 2 current 1 0/),
    expect.stringMatching(/^fulfil-order 1 previous 1 0/),
    'fulfil-order 0 previous 0 0',
    'fulfil-order failed previous 0 2',
    expect.stringMatching(/^fulfil-order 9 missing 1 0/),
    '',
  ])
  expect(stderr).toBe(
    '`fulfil-order`: version `0` in `previous` has no open runs, and can be deleted.\n' +
      '`fulfil-order`: version `failed` in `previous` has no open runs, but a retry of 2 failed ones needs it.\n',
  )
})
