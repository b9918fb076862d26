import { join } from 'node:path'

import { documentsOnTrigger, readDocument } from '@cgk-platform/test-kit/documents'
import type { Environment } from '@cgk-platform/test-kit/execute'
import { blocksOf, fileOf, snippetsOf } from '@cgk-platform/test-kit/extract-snippets'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import {
  type CliWorker,
  createLoopbackServer,
  type LoopbackServer,
  startCliWorker,
} from '@cgk-platform/trigger-loopback'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Follows docs/trigger.md: its tasks run in the worker of Trigger.dev's own CLI, the other programs send and read. The
// loopback server replaces Trigger.dev for the unchanged SDK and CLI.

const snippets = documentsOnTrigger.flatMap((document) => snippetsOf(document, readDocument(document)))
const printedByShop = snippets.find(({ file }) => file === 'shop.ts')!.prints!
const fromTrigger = snippetsOf('docs/from-trigger.md', readDocument('docs/from-trigger.md'))
const forwarding = fromTrigger.find(({ file }) => file === 'trigger/forward.ts')!
const project = createReaderProject()
let server: LoopbackServer
let worker: CliWorker

beforeAll(async () => {
  for (const snippet of snippets) project.write(fileOf(snippet), snippet.code)
  // The app's own task of docs/from-trigger.md, next to the file that creates the tasks of the jobs.
  project.write('docs-trigger/trigger/forward.ts', forwarding.code)
  // The jobs of docs/trigger-reference.md, which other programs of that page send.
  const tasks = snippets.find(({ file }) => file === 'trigger/tasks.ts')!
  const fromReference = snippets.filter(
    ({ document, file }) => document === 'docs/trigger-reference.md' && !file.includes('-line-'),
  )
  const imports = fromReference.map(({ file }) => `import '../${file}'`).join('\n')
  project.write(fileOf(tasks), tasks.code.replace("import '../jobs.ts'", `${imports}\nimport '../jobs.ts'`))
  // The document's configuration, for a project that reads the packages' sources.
  const documented = snippets.find(({ file }) => file === 'trigger.config.ts')!
  project.write('docs-trigger/documented-config.ts', documented.code)
  project.write(
    'docs-trigger/trigger.config.ts',
    `import config from './documented-config.ts'
export default { ...config, build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] } }`,
  )
  server = await createLoopbackServer()
  worker = await startCliWorker({
    server,
    projectDir: join(project.folder, 'docs-trigger'),
    maxConcurrentRuns: 4,
  })
})

afterAll(async () => {
  await worker?.close()
  await server?.close()
  project.remove()
})

/** Returns the variables of the document's `.env`, with the loopback server's address and key. */
function variables(): Environment {
  const files = blocksOf(readDocument('docs/trigger.md')).map(({ code }) => code)
  expect(files).toContain('JOB_PROVIDER=trigger.dev\nTRIGGER_SECRET_KEY=tr_dev_…')
  expect(files).toContain('TRIGGER_API_URL=http://127.0.0.1:8031\nTRIGGER_SECRET_KEY=tr_dev_offline')
  return { JOB_PROVIDER: 'trigger.dev', TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey }
}

test('the worker registers a task for each event, handled or not, and for the job', () => {
  const [registered] = server.workers()
  expect([...registered!.tasks.keys()]).toEqual(
    expect.arrayContaining(['event-order__created', 'event-order__refunded', 'job-confirm-order']),
  )
})

test('`doctor` finds the worker and its tasks, and no problem', async () => {
  const command = ['doctor', '--json', '--jobs', 'docs-trigger/jobs.ts']
  const { exitCode, stdout } = await runCommand(command, project.folder, variables())
  const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string; message: string }[] }
  expect(findings.filter(({ status }) => status === 'problem' || status === 'warning')).toEqual([])
  expect(findings.filter(({ check }) => check === 'engine').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^responds \(\d+ ms\)$/),
    'key: is accepted',
    'tasks: 2 tasks are registered',
    'workers: no job waits for a worker that has its task',
    'not checked: whether the process that runs your jobs is up',
  ])
  expect(exitCode).toBe(0)
})

describe.concurrent('run', () => {
  const cases = snippets.filter(({ runs }) => runs)
  test.each(cases.map((snippet) => [`${snippet.document}:${snippet.line}`, snippet] as const))(
    '%s runs on Trigger.dev and ends',
    async (_title, snippet) => {
      const { exitCode, stdout, stderr } = await project.run(fileOf(snippet), variables())
      expect(exitCode, stdout + stderr).toBe(0)
      if (snippet.prints !== undefined) expect(stdout.trimEnd()).toBe(snippet.prints)
    },
  )

  test('the sender of docs/trigger.md prints the same on the local engine', async () => {
    const { exitCode, stdout } = await project.run('docs-trigger/shop.ts')
    expect({ exitCode, stdout: stdout.trimEnd() }).toEqual({ exitCode: 0, stdout: printedByShop })
  })

  test('a task of docs/from-trigger.md forwards its payload to a job', async () => {
    project.write(
      'docs-trigger/old-caller.ts',
      `import { waitForJob } from '@cgk-platform/jobs'
import { runs, tasks } from '@trigger.dev/sdk'
const { id } = await tasks.trigger('confirm-order', { shop: 'tenant_123', orderId: 'order_9' })
while (!(await runs.retrieve(id)).isCompleted) await new Promise((resolve) => setTimeout(resolve, 50))
const { output } = await runs.retrieve(id)
const { tenantId, state, runs: made } = await waitForJob(output as string, { timeout: '1m' })
console.log(tenantId, state, made[0]?.output)`,
    )
    const { stdout, stderr } = await project.run('docs-trigger/old-caller.ts', variables())
    expect(stdout.trimEnd(), stderr).toBe("tenant_123 completed { confirmed: 'order_9' }")
  })

  test('a program that imports the tasks file fails with an error that says where it belongs', async () => {
    project.write('docs-trigger/wrong-app.ts', `import './trigger/tasks.ts'`)
    const { exitCode, stderr } = await project.run('docs-trigger/wrong-app.ts', variables())
    expect(exitCode).toBe(1)
    expect(stderr).toContain('was called outside a Trigger.dev worker')
  })
})
