import type { JobState } from '@cgk-platform/jobs'
import type { DefinitionInfo, JobDetails, JobSummaryPage } from '@cgk-platform/jobs/inspect'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runInShell } from './run-in-shell.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

// A command acts on what it names, and on nothing else, wherever its options stand.

let project: SeededProject
/** Jobs of one tenant that no worker runs. */
let open: readonly string[]
const shell = (line: string) => runInShell(`${line} | cat`, project.folder)

beforeAll(async () => {
  project = await createSeededProject()
  writeFileSync(join(project.folder, '.env'), 'SOME_VARIABLE=1\n')
})
afterAll(() => project.remove())

async function sendOpenJobs(tenant: string): Promise<string[]> {
  const ids: string[] = []
  for (const order of ['good_1', 'good_2', 'good_3']) {
    const payload = JSON.stringify({ orderId: order })
    const { stdout } = await project.run('send', 'order.placed', payload, '--tenant', tenant)
    ids.push(stdout.trim())
  }
  return ids
}

async function statesOf(tenant: string): Promise<Readonly<Record<string, JobState>>> {
  const { jobs } = await project.json<JobSummaryPage>('list', '--tenant', tenant)
  return Object.fromEntries(jobs.map(({ id, state }) => [id, state]))
}

/** The options that every command has. The one that an argument follows can be repeated. */
const common = ['--file jobs.db', '--json', '--provider local', '--app-id shop', '--env-file .env', '--jobs jobs.ts']

/** The line with all options before the arguments, with all after them, and with half of them on each side. */
const orders: [where: string, line: (name: string, options: readonly string[], args: string) => string][] = [
  ['before the arguments', (name, options, args) => `cgk-jobs ${name} ${options.join(' ')} ${args}`],
  ['after the arguments', (name, options, args) => `cgk-jobs ${name} ${args} ${options.join(' ')}`],
  [
    'on both sides, with `=`',
    (name, options, args) => {
      const joined = options.map((option) => option.replace(' ', '='))
      return `cgk-jobs ${name} ${joined.slice(0, 3).join(' ')} ${args} ${joined.slice(3).join(' ')}`
    },
  ],
]

describe.each(orders)('with options %s', (where, lineOf) => {
  const tenant = `shop_${where.length}`

  beforeAll(async () => {
    open = await sendOpenJobs(tenant)
  })

  test('`cancel` and `retry` change only the jobs that are named', async () => {
    const [first, second, third] = open
    const options = ['--yes', `--tenant ${tenant}`, ...common]
    expect(await shell(lineOf('cancel', options, second!))).toMatchObject({ exitCode: 0 })
    expect(await statesOf(tenant)).toMatchObject({ [first!]: 'queued', [second!]: 'cancelled', [third!]: 'queued' })
    const retried = await shell(lineOf('retry', options, `${first} ${third}`))
    expect(JSON.parse(retried.stdout)).toMatchObject({ matched: 2, changed: 0, skipped: 2 })
  })

  test('`show`, `send` and `cron run` take their arguments', async () => {
    const shown = await shell(lineOf('show', ['--payload', ...common], open[0]!))
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: open[0], payload: { orderId: 'good_1' } })
    const key = `--key ${where.length}`
    const options = [...common, `--tenant ${tenant}`, '--delay 2h', key, '--reference r', '--reference s']
    const sent = await shell(lineOf('send', options, `order.placed '{"orderId":"good_4"}'`))
    const { id } = JSON.parse(sent.stdout) as { id: string }
    const job = await project.json<JobDetails>('show', id, '--payload')
    expect(job).toMatchObject({ payload: { orderId: 'good_4' }, references: ['r', 's'], state: 'scheduled' })
    const ran = await shell(lineOf('cron run', ['--yes', ...common], 'nightly'))
    expect(JSON.parse(ran.stdout)).toMatchObject([{ event: 'cron/nightly' }])
    await project.run('cancel', '--event', 'cron/nightly', '--yes') // a tick is skipped while one is open
  })

  test('`pause` and `resume` change only what is named', async () => {
    const options = ['--yes', `--definition nightly`, ...common]
    for (const [name, paused] of [
      ['pause', ['nightly']],
      ['resume', []],
    ] as const) {
      expect(await shell(lineOf(name, options, ''))).toMatchObject({ exitCode: 0 })
      const all = await project.json<DefinitionInfo[]>('cron')
      expect(all.filter((one) => one.paused).map(({ id }) => id)).toEqual(paused)
    }
  })
})

describe('an id that a command did not take as one', () => {
  const id = '01KB7Q3ZJ0G6T8M4W2XN5YCVRD'

  test.each([
    `--tenant shop_2 --reference ${id}`,
    `--definition ${id} --tenant shop_2`,
    `--tenant ${id}`,
    `--tenant shop_2 --error run_cmabcdefghij0123456789xyz`,
  ])('is refused: %s', async (words) => {
    for (const change of ['cancel', 'retry']) {
      const { exitCode, stdout, stderr } = await shell(`cgk-jobs ${change} --file jobs.db ${words} --yes`)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toMatch(
        /^error: `--\w+` has the value `\w+`, which looks like the id of a job\. To change this job/,
      )
    }
    expect(await statesOf('shop_2')).toMatchObject({ [project.jobs.waiting]: 'scheduled' })
  })

  test('is a value of its option after `=`', async () => {
    const { exitCode, stdout } = await shell(`cgk-jobs cancel --file jobs.db --tenant=${id} --yes`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '0 jobs cancelled.\n' })
  })
})

test('words that an option no longer takes are refused, or are ids without a job', async () => {
  expect(await shell('cgk-jobs doctor --jobs jobs.ts other.ts')).toMatchObject({ exitCode: 2, stdout: '' })
  const { exitCode, stdout } = await shell(
    'cgk-jobs cancel --file jobs.db --tenant shop_2 --jobs jobs.ts more.ts --yes',
  )
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '0 jobs cancelled, 1 failed.\n' })
  expect(await statesOf('shop_2')).toMatchObject({ [project.jobs.waiting]: 'scheduled' })
})
