import type {
  ChangeJobsResult,
  DefinitionInfo,
  ErrorGroups,
  JobDetails,
  JobStats,
  JobSummaryPage,
} from '@cgk-platform/jobs/inspect'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createSeededProject, type SeededProject } from './seeded-project.ts'

let project: SeededProject
const run = (...args: string[]) => project.run(...args)

beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

const idsOf = ({ jobs }: JobSummaryPage): string[] => jobs.map(({ id }) => id)

describe('list', () => {
  test('prints a table, newest first, with control characters as escapes', async () => {
    const { exitCode, stdout, stderr } = await run('list')
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    const [title, ...lines] = stdout.trimEnd().split('\n')
    expect(title).toMatch(/^JOB +STATE +EVENT +DEFINITIONS +TENANT +AGE +TOOK +ATTEMPTS +ERROR$/)
    const { good, bad, other, waiting } = project.jobs
    expect(lines.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      [waiting, 'scheduled'],
      [other, 'failed'],
      [bad, 'failed'],
      [good, 'completed'],
    ])
    expect(lines[2]).toContain(String.raw`TypeError: \u{1b}[2JThe mail \u{202e}server <b>is</b> busy: bad_1`)
  })

  test('prints the page of the core as JSON, with ISO dates', async () => {
    const page = await project.json<JobSummaryPage>('list')
    const { good, bad, other, waiting } = project.jobs
    expect(idsOf(page)).toEqual([waiting, other, bad, good])
    expect(page.jobs[3]).toMatchObject({ event: 'order.placed', tenantId: 'shop_1', definitionIds: ['confirm-order'] })
    expect(page.jobs[3]!.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  test('escapes invisible characters in JSON too', async () => {
    const { stdout } = await run('list', '--json')
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(stdout).toContain(String.raw`\u202e`)
  })

  test('takes every filter', async () => {
    const { good, bad, other, waiting } = project.jobs
    const filters: [args: string[], ids: string[]][] = [
      [
        ['--tenant', 'shop_1'],
        [bad, good],
      ],
      [
        ['--state', 'failed,scheduled'],
        [waiting, other, bad],
      ],
      [['--definition', 'confirm-order', '--state', 'completed'], [good]],
      [['--event', 'order.placed', '--error', 'BAD_2'], [other]],
      [['--reference', 'order_9'], [waiting]],
      [['--since', '2h', '--oldest', '--limit', '1'], [good]],
      [['--until', '2020-01-01'], []],
      [
        ['--all', '--oldest'],
        [good, bad, other, waiting],
      ],
    ]
    for (const [args, ids] of filters) expect(idsOf(await project.json('list', ...args)), args.join(' ')).toEqual(ids)
  })

  test('continues at a cursor', async () => {
    const first = await project.json<JobSummaryPage>('list', '--limit', '3')
    const second = await project.json<JobSummaryPage>('list', '--limit', '3', '--cursor', first.cursor!)
    expect([...idsOf(first), ...idsOf(second)]).toEqual(Object.values(project.jobs).toReversed())
    const { stderr } = await run('list', '--limit', '3')
    expect(stderr).toBe(`More: add \`--cursor ${first.cursor}\` or \`--all\`.\n`)
  })
})

test('`errors` groups what fails, and prints the flags that select exactly these jobs', async () => {
  const { groups } = await project.json<ErrorGroups>('errors')
  expect(groups).toMatchObject([{ failed: 2, definitionId: 'confirm-order', tenants: 2 }])
  const { stdout } = await run('errors', '--tenant', 'shop_1')
  expect(stdout).toMatch(/^FAILED +RETRYING +TENANTS +FIRST +LAST +DEFINITION +ERROR +NEWEST JOB\n1 +0 +1 /)
  const [, flags] = /^To retry the first group, add to `retry`: (.*)$/m.exec(stdout)!
  const args = [...flags!.matchAll(/'([^']*)'|[^\s']+/g)].map(([word, quoted]) => quoted ?? word)
  const retry = await run('retry', '--tenant', 'shop_1', ...args, '--dry-run')
  expect(retry.stdout).toBe('1 job would be retried.\n')
  expect((await run('errors', '--since', '0s')).stdout).toBe('Nothing fails.\n')
})

describe('show', () => {
  test('hides payload and outputs', async () => {
    const { stdout, stderr, exitCode } = await run('show', project.jobs.good)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/state +completed\n {2}event +order\.placed\n {2}tenant +shop_1\n/)
    expect(stdout).not.toContain('good_1')
    expect(stderr).toBe('Payload and outputs are hidden. Add `--payload` to see them.\n')
    const job = await project.json<JobDetails>('show', project.jobs.good)
    expect(job).not.toHaveProperty('payload')
    expect(job.runs[0]).not.toHaveProperty('output')
  })

  test('shows them with `--payload`', async () => {
    const job = await project.json<JobDetails>('show', project.jobs.good, '--payload')
    expect(job.payload).toEqual({ tenantId: 'shop_1', orderId: 'good_1' })
    expect(job.runs[0]!.output).toEqual({ confirmed: 'good_1' })
    const { stdout } = await run('show', project.jobs.good, '--payload')
    expect(stdout).toMatch(/output +\{"confirmed":"good_1"\}/)
  })

  test('shows the error with its stack, each line escaped', async () => {
    const { stdout } = await run('show', project.jobs.bad)
    expect(stdout).toMatch(/ {2}TypeError: \\u\{1b\}\[2JThe mail .*: bad_1\n {2} +at /)
  })

  test('exits with 3 for an unknown job, and for a job of another tenant', async () => {
    const unknown = await run('show', '01J00000000000000000000000')
    expect(unknown).toMatchObject({ exitCode: 3, stdout: '' })
    expect(unknown.stderr).toMatch(/^error: .*\(job_not_found\)\n$/)
    expect(await run('show', project.jobs.good, '--tenant', 'shop_2')).toMatchObject({ exitCode: 3, stdout: '' })
    expect(await run('show', project.jobs.good, '--tenant', 'shop_1')).toMatchObject({ exitCode: 0 })
  })
})

describe('retry and cancel', () => {
  test('a dry run counts and changes nothing', async () => {
    const counted = await project.json<ChangeJobsResult>('retry', '--error', 'busy', '--dry-run')
    expect(counted).toMatchObject({ matched: 2, changed: 0 })
    expect(await run('retry', '--error', 'busy', '--dry-run')).toMatchObject({ stdout: '2 jobs would be retried.\n' })
    expect(await project.json<JobDetails>('show', project.jobs.bad)).toMatchObject({ state: 'failed' })
  })

  test('several jobs need `--yes` without a terminal', async () => {
    const { exitCode, stdout, stderr } = await run('retry', '--error', 'busy')
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toBe('error: 2 jobs match. Add `--yes` to retry them, or `--dry-run` to count them.\n')
    expect(await run('retry', project.jobs.bad, project.jobs.other)).toMatchObject({ exitCode: 2, stdout: '' })
  })

  test('one job needs none, by id or by filter', async () => {
    expect(await run('retry', project.jobs.other)).toMatchObject({ exitCode: 0, stdout: '1 job retried.\n' })
    expect(await run('retry', '--tenant', 'shop_1', '--error', 'busy')).toMatchObject({ stdout: '1 job retried.\n' })
    const { state } = await project.json<JobDetails>('show', project.jobs.bad)
    expect(state).toBe('queued')
  })

  test('reports each job that could not be changed', async () => {
    const result = await run('retry', project.jobs.good, 'unknown', '--yes')
    expect(result).toMatchObject({ exitCode: 3, stdout: '0 jobs retried, 1 skipped, 1 failed.\n' })
    expect(result.stderr).toMatch(
      /^Only failed and unhandled jobs are retried\.\nerror: unknown: .*\(job_not_found\)\n$/,
    )
    expect(await run('retry', 'unknown')).toMatchObject({ exitCode: 3 })
  })

  test('cancels the jobs of filters with `--yes`', async () => {
    const before = await project.json<JobSummaryPage>('list', '--state', 'queued,scheduled')
    expect(before.jobs.length).toBeGreaterThan(1)
    const done = await run('cancel', '--state', 'queued,scheduled', '--yes')
    expect(done).toMatchObject({ exitCode: 0, stdout: `${before.jobs.length} jobs cancelled.\n` })
    expect(await run('cancel', project.jobs.waiting)).toMatchObject({
      exitCode: 0,
      stdout: '0 jobs cancelled, 1 skipped.\n',
    })
  })

  test.each<[what: string, args: string[], message: RegExp]>([
    ['neither ids nor filters', ['retry'], /`ids` are missing.*\(invalid_option\)/],
    ['ids with filters', ['cancel', 'x', '--event', 'order.placed'], /`ids` cannot be combined with filters/],
    [
      'an unknown state',
      ['list', '--state', 'queued,faild'],
      /`--state` contains `faild`, which is not a state\. Did you mean `failed`\? The states are `scheduled`, .*`unhandled`\. \(invalid_option\)/,
    ],
    ['an unreadable time', ['list', '--since', 'yesterday'], /`--since` is neither a duration nor a date/],
    ['a limit that is not a number', ['list', '--limit', 'all'], /`--limit` is not a whole number/],
    ['a tampered cursor', ['list', '--cursor', '../../x'], /cursor.*\(invalid_option\)/],
    ['a filter of 10,000 characters', ['list', '--error', 'x'.repeat(10_000)], /\(invalid_option\)/],
    ['a resume of nothing', ['resume'], /Pass `--definition` or `--tenant`/],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.length).toBeLessThan(1000)
  })
})

describe('the other commands', () => {
  test('`cron` lists cron jobs with their next ticks, and runs one', async () => {
    const [job, ...more] = await project.json<DefinitionInfo[]>('cron')
    expect(more).toMatchObject([{ id: 'each-shop' }])
    expect(job).toMatchObject({ id: 'nightly', cron: { schedule: '0 3 * * *', timezone: 'Europe/Berlin' } })
    expect(job!.cron!.nextTicks).toHaveLength(5)
    expect((await run('cron')).stdout).toMatch(/nightly +0 3 \* \* \* +Europe\/Berlin +\d{4}-\S+Z +in /)
    const sent = await runCommand(['cron', 'run', 'nightly', '--file', 'jobs.db'], project.folder)
    expect(sent).toMatchObject({ exitCode: 0 })
    const { jobs } = await project.json<JobSummaryPage>('list', '--event', 'cron/nightly')
    expect(jobs).toMatchObject([{ id: sent.stdout.trim(), tenantId: 'system' }])
    const each = await runCommand(['cron', 'run', 'each-shop', '--yes', '--file', 'jobs.db'], project.folder)
    expect(each.stdout.trim().split('\n')).toHaveLength(2)
    const unknown = await runCommand(['cron', 'run', 'weekly', '--file', 'jobs.db'], project.folder)
    expect(unknown).toMatchObject({ exitCode: 3, stdout: '' })
  })

  test('`stats` counts by state, definition and tenant', async () => {
    const stats = await project.json<JobStats>('stats', '--tenant', 'shop_1')
    expect(stats.states).toMatchObject({ count: 2, isExact: true })
    expect(stats.tenants).toMatchObject([{ key: 'shop_1', jobs: 2, completed: 1 }])
    const { stdout } = await run('stats', '--since', '1d')
    expect(stdout).toMatch(/^All jobs\nSTATE +JOBS\n/)
    expect(stdout).toMatch(/By definition\nDEFINITION +JOBS .*\nconfirm-order /)
  })

  test('`pause` and `resume` hold a definition or a tenant, and list what is paused', async () => {
    expect(await run('pause')).toMatchObject({ exitCode: 0, stderr: 'Nothing is paused.\n' })
    expect((await run('pause', '--definition', 'confirm-order', '--yes')).stdout).toBe(
      'Paused the definition `confirm-order`.\n',
    )
    await run('pause', '--tenant', 'shop_1', '--yes')
    expect(await project.json('pause')).toMatchObject([{ definitionId: 'confirm-order' }, { tenantId: 'shop_1' }])
    expect((await run('resume', '--tenant', 'shop_1', '--yes')).stdout).toBe('Resumed the tenant `shop_1`.\n')
    expect((await run('pause')).stdout).toMatch(/^DEFINITION +PAUSED\nconfirm-order +\d.* ago\n$/)
  })

  test.each<[command: string[], name: string]>([
    [['pause', '--tenant', 'shop_2'], 'Pause the tenant `shop_2`'],
    [['resume', '--definition', 'confirm-order'], 'Resume the definition `confirm-order`'],
    [['cron', 'run', 'each-shop'], 'Run `each-shop` for each of its tenants'],
  ])('%j needs `--yes` without a terminal, and changes nothing', async (command, name) => {
    const before = await Promise.all([project.json('pause'), project.json('list', '--event', 'cron/each-shop')])
    const { exitCode, stdout, stderr } = await runCommand([...command, '--file', 'jobs.db'], project.folder)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(`error: ${name} changes more than one job. Add \`--yes\`.\n`)
    expect(await Promise.all([project.json('pause'), project.json('list', '--event', 'cron/each-shop')])).toEqual(
      before,
    )
  })

  test('`workers` says that none runs', async () => {
    expect(await run('workers')).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No worker is running.\n' })
    expect(await project.json('workers')).toEqual([])
  })
})

describe('the engine', () => {
  test('is the file of JOB_LOCAL_PATH without `--file`', async () => {
    const { stdout } = await runCommand(['list', '--json'], project.folder, { JOB_LOCAL_PATH: 'jobs.db' })
    expect(idsOf(JSON.parse(stdout) as JobSummaryPage)).toContain(project.jobs.good)
  })

  test.each<[what: string, args: string[], environment: Record<string, string>, message: RegExp]>([
    [
      'jobs in the memory of another process',
      [],
      {},
      /memory of another process\. Start your app with `JOB_LOCAL_PATH=jobs\.db` and pass `--file jobs\.db`/,
    ],
    ['a missing file', ['--file', 'missing.db'], {}, /`missing\.db`, which does not exist/],
    ['a missing file of a variable', [], { JOB_LOCAL_PATH: 'missing.db' }, /`JOB_LOCAL_PATH` names the file/],
    ['a file for another engine', ['--file', 'jobs.db', '--provider', 'inngest'], {}, /belongs to `local`/],
    ['no engine in production', [], { NODE_ENV: 'production' }, /\(provider_not_chosen\)/],
  ])('exits with 2 for %s, without creating a file', async (_what, args, environment, message) => {
    const { exitCode, stdout, stderr } = await runCommand(['list', ...args], project.folder, environment)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test('exits with 1 if it is down, without the key', async () => {
    const key = 'signkey-prod-0123456789abcdef'
    const environment = { JOB_PROVIDER: 'inngest', INNGEST_SIGNING_KEY: key, INNGEST_BASE_URL: 'http://127.0.0.1:9' }
    const { exitCode, stderr } = await runCommand(['show', project.jobs.good], project.folder, environment)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^error: .*\n$/)
    expect(stderr).not.toContain(key)
  })
})
