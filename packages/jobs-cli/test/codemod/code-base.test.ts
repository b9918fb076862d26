import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { corpusFiles, git, openCodeBase } from './open-code-base.ts'

// Converts an app with more than forty tasks in many styles. Tasks with the comment "Stays" must not change.

const before = corpusFiles()
const onWindows = 'src/trigger/exports.ts'
before[onWindows] = before[onWindows]!.replaceAll('\n', '\r\n')
const options = { tenantField: ['organizationId', 'teamId'] }
const app = openCodeBase(before)
let dryRun = ''
let untouched: Record<string, string>
let report = ''

beforeAll(() => {
  dryRun = app.convert({ ...options, dryRun: true, force: false })
  untouched = app.contents()
  report = app.convert(options)
})

afterAll(() => app.remove())

/** The ids of all tasks, and of those that a comment says must stay. */
const ids = Object.values(before).flatMap((code) =>
  [...code.matchAll(/(?:task|Task)\(\{[^}]*?\bid(?:: ['"](.+?)['"]|,)/g)].map(([, id]) => id ?? 'index-all'),
)
const stays = Object.values(before).flatMap((code) =>
  [...code.matchAll(/\/\/ Stays: .+\nexport [^}]+?\bid: ['"](.+?)['"]/g)].map(([, id]) => id!),
)

function listOf(app_: string, title: RegExp): string[] {
  const section = app_.split(/\n\n/).find((part) => title.test(part)) ?? ''
  return [...section.matchAll(/^ {2}`(.+)`$/gm)].map(([, id]) => id!)
}

describe('the code base', () => {
  test('has more than forty tasks, of which some must stay', () => {
    expect(ids.length).toBeGreaterThan(40)
    expect(stays.length).toBeGreaterThan(12)
  })

  test('compiles before', async () => {
    const original = openCodeBase(before)
    expect(await original.compile()).toEqual([])
    original.remove()
  })
})

describe('a dry run', () => {
  test('writes nothing', () => {
    expect(untouched).toEqual(before)
    expect(dryRun).toContain('Nothing was written')
  })

  test('prints a diff that Git applies to the same result', () => {
    const other = openCodeBase(before)
    other.write('changes.diff', dryRun.slice(0, dryRun.indexOf('Would change:')).trimEnd())
    git(other.folder, 'init', '--quiet')
    git(other.folder, 'apply', '--ignore-whitespace', 'changes.diff')
    const lines = (files: Record<string, string>) => Object.values(files).map((code) => code.replaceAll('\r', ''))
    expect(lines(other.contents())).toEqual(lines(app.contents()))
    other.remove()
  })
})

describe('the conversion', () => {
  test('compiles', async () => {
    expect(await app.compile()).toEqual([])
  })

  test('leaves exactly the tasks that must stay, each with its place and reason', () => {
    // These two have no tenant in any field.
    expect(listOf(report, /^Not changed/).toSorted()).toEqual([...stays, 'vacuum', 'reindex'].toSorted())
    const section = report.split('Not changed')[1]!
    for (const reason of section.matchAll(/^ {4}(.+)$/gm)) expect(reason[1]).toMatch(/^src\/\S+\.ts:\d+ {2}\S.+/)
  })

  test('keeps all comments, and all lines outside tasks and sends', () => {
    const after = app.contents()
    for (const [file, code] of Object.entries(before)) {
      const comments = (text: string) => text.match(/\/\*\*[\s\S]*?\*\/|\/\/ .+/g)
      expect(comments(after[file]!), file).toEqual(comments(code))
    }
  })

  test('keeps the line ends of a file', () => {
    const code = app.contents()[onWindows]!
    expect(code.replaceAll('\r\n', '')).not.toContain('\n')
    expect(code).toContain("import { defineJob, eventType } from '@cgk-platform/jobs';\r\n")
  })

  test('of a second run changes only what the new options allow', async () => {
    const first = app.contents()
    const printed = app.convert({ ...options, tenant: 'acme' })
    const maintenance = 'src/trigger/maintenance.ts'
    expect(printed).toMatch(/^Changed: 2 tasks in 1 file\n/)
    expect(app.contents()).toEqual({ ...first, [maintenance]: expect.any(String) as string })
    expect(app.contents()[maintenance]).toContain("reindex.send({ tenantId: 'acme', table })")
    expect(app.contents()[maintenance]).toContain("vacuum.send({ tenantId: 'acme' })")
    expect(await app.compile()).toEqual([])
  })
})

describe('converted jobs run on the local engine', () => {
  test('with their payloads, loggers, sends and batches', async () => {
    app.write(
      'run.ts',
      `import { listJobs, waitForJob } from '@cgk-platform/jobs'
import { onboard } from './src/app/api/onboard.ts'
import { onUpload } from './src/app/api/uploads.ts'
import { capturePayment } from './src/trigger/billing/payments.ts'
import { stored } from './src/lib/images.ts'

await onUpload('tenant_1', ['a', 'b'], [])
await onboard({ id: 'org_1', email: 'ada@example.invalid' })
const payment = await capturePayment.send({ tenantId: 'tenant_1', paymentId: '' })
console.log((await waitForJob(payment.id)).runs.map(({ state, attempts, error }) => [state, attempts, error?.name]))
let jobs = (await listJobs({})).jobs
do {
  for (const { id } of jobs.filter(({ state }) => state !== 'scheduled')) await waitForJob(id)
  jobs = (await listJobs({})).jobs
} while (jobs.some(({ state }) => state === 'queued' || state === 'running'))
console.log(stored.length, jobs.map(({ event, tenantId, state }) => \`\${event} \${tenantId} \${state}\`).toSorted())
process.exit()`,
    )
    const { exitCode, stdout, stderr } = await app.run('run.ts')
    expect(exitCode, stderr).toBe(0)
    expect(stdout).toContain("[ [ 'failed', 1, 'NonRetryableError' ] ]")
    expect(stdout).toContain('6 [')
    for (const line of [
      'job/resize-many tenant_1 completed',
      'job/resize-image tenant_1 completed',
      'job/onboarding org_1 completed',
      'job/export-orders org_1 completed',
      'job/welcome-email org_1 failed',
      'job/welcome-email org_1 scheduled',
      'job/capture-payment tenant_1 failed',
    ])
      expect(stdout).toContain(line)
  })
})
