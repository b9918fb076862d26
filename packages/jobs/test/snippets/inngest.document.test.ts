import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/inngest-loopback'
import { documentsOnInngest, readDocument } from '@cgk-platform/test-kit/documents'
import type { Environment } from '@cgk-platform/test-kit/execute'
import { blocksOf, fileOf, snippetsOf } from '@cgk-platform/test-kit/extract-snippets'
import { createReaderProject, type Started } from '@cgk-platform/test-kit/reader-project'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { freePort } from '../../../../tools/init-apps/test/free-port.ts'

// Follows docs/inngest.md: `serve-jobs.ts` runs the jobs, the other programs send and read. The loopback server replaces
// Inngest's dev server and speaks its protocol to the unchanged SDK.

const snippets = documentsOnInngest.flatMap((document) => snippetsOf(document, readDocument(document)))
const fromInngest = snippetsOf('docs/from-inngest.md', readDocument('docs/from-inngest.md'))
const printedByShop = snippets.find(({ file }) => file === 'shop.ts')!.prints!
const project = createReaderProject()
let engine: LoopbackEngine
let app: Started
let appPort: number

beforeAll(async () => {
  for (const snippet of [...snippets, ...fromInngest]) project.write(fileOf(snippet), snippet.code)
  engine = await createLoopbackEngine()
  appPort = await freePort()
  app = project.start('docs-inngest/serve-jobs.ts', { ...variablesFor(engine), PORT: String(appPort) })
  await untilDone(() => engine.sync(`http://127.0.0.1:${appPort}/api/inngest`), app)
})

afterAll(async () => {
  project.remove()
  await engine?.close()
})

/** Returns the variables of the document's `.env`, with the address of a loopback server. */
function variablesFor({ url }: LoopbackEngine): Environment {
  const file = blocksOf(readDocument('docs/inngest.md')).find(({ code }) => code.startsWith('JOB_PROVIDER='))
  expect(file?.code).toBe('JOB_PROVIDER=inngest\nINNGEST_DEV=1')
  return { JOB_PROVIDER: 'inngest', INNGEST_DEV: url }
}

/** Repeats `work` until it succeeds, as the dev server does while it waits for an app. */
async function untilDone(work: () => Promise<unknown>, { printed }: Started): Promise<void> {
  const until = Date.now() + 120_000
  for (;;) {
    const problem = await work().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (problem === undefined) return
    if (Date.now() > until) throw new Error(`It did not come up. It printed: ${printed()}`, { cause: problem })
    await pause(50)
  }
}

test('the process that runs the jobs outlives a request that its client breaks off', async () => {
  const socket = connect(appPort, '127.0.0.1')
  await once(socket, 'connect')
  const head = ['POST /api/inngest?fnId=jobs-confirm-order HTTP/1.1', 'Host: app', 'Content-Length: 1000']
  await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n{"a"`, resolve))
  socket.destroy()
  // The SDK prints this before it rejects.
  await expect.poll(app.printed).toContain('checking body')
  await engine.sync(`http://127.0.0.1:${appPort}/api/inngest`)
})

test('the process that runs the jobs prints how many functions it serves, and where', async () => {
  const { prints } = snippets.find(({ file }) => file === 'serve-jobs.ts')!
  const line = prints!.replace(':3000/', `:${appPort}/`)
  await expect.poll(() => app.printed().split('\n')).toContain(line)
})

/** The page with jobs beside those of the quick start. */
const referencePage = 'docs/inngest-reference.md'

describe.concurrent('run', () => {
  const cases = snippets.filter(({ runs, document }) => runs && document !== referencePage)
  test.each(cases.map((snippet) => [`${snippet.document}:${snippet.line}`, snippet] as const))(
    '%s runs on Inngest and ends',
    async (_title, snippet) => {
      const { exitCode, stdout, stderr } = await project.run(fileOf(snippet), variablesFor(engine))
      expect(exitCode, stdout + stderr).toBe(0)
      if (snippet.prints !== undefined) expect(stdout.trimEnd()).toBe(snippet.prints)
    },
  )

  test('the sender of docs/inngest.md prints the same on the local engine', async () => {
    const { exitCode, stdout } = await project.run('docs-inngest/shop.ts')
    expect({ exitCode, stdout: stdout.trimEnd() }).toEqual({ exitCode: 0, stdout: printedByShop })
  })

  test('the server of docs/from-inngest.md runs functions of both kinds for one event', async ({ onTestFinished }) => {
    const own = await createLoopbackEngine()
    onTestFinished(() => own.close())
    const port = await freePort()
    const server = project.start('docs-from-inngest/serve-both.ts', { ...variablesFor(own), PORT: String(port) })
    await untilDone(() => own.sync(`http://127.0.0.1:${port}/api/inngest`), server)
    const asked = `import { getJobStatus, sendJob, waitForJob } from '@cgk-platform/jobs'
const { id } = await sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_456', customerEmail: 'a@b.example' })
await waitForJob(id, { timeout: '1m' })
console.log((await getJobStatus(id)).runs.map(({ definitionId, state }) => definitionId + ' ' + state).toSorted().join(', '))`
    project.write('docs-from-inngest/ask.ts', asked)
    const { stdout } = await project.run('docs-from-inngest/ask.ts', variablesFor(own))
    expect(stdout.trimEnd()).toBe('charge-card completed, confirm-order completed')
    expect(await server.terminate()).toBe(null)
  })

  test('the programs of docs/inngest-reference.md run on an app with the jobs of that page', async ({
    onTestFinished,
  }) => {
    const own = await createLoopbackEngine()
    onTestFinished(() => own.close())
    const programs = snippets.filter(({ document }) => document === referencePage)
    const imports = programs.flatMap(({ file }) => (file.includes('-line-') ? [] : `import './${file}'`)).join('\n')
    const quickStart = snippets.find(({ file }) => file === 'serve-jobs.ts')!.code
    project.write('docs-inngest/serve-reference.ts', quickStart.replace(/^import '\.\/jobs\.ts'/m, `${imports}\n$&`))
    const port = await freePort()
    const server = project.start('docs-inngest/serve-reference.ts', { ...variablesFor(own), PORT: String(port) })
    await untilDone(() => own.sync(`http://127.0.0.1:${port}/api/inngest`), server)
    for (const snippet of programs) {
      const { exitCode, stdout, stderr } = await project.run(fileOf(snippet), variablesFor(own))
      expect(exitCode, stdout + stderr).toBe(0)
      if (snippet.prints !== undefined) expect(stdout.trimEnd()).toBe(snippet.prints)
    }
  })

  test('the worker of docs/inngest-deploy.md runs the same jobs over a connection, and ends on SIGTERM', async ({
    onTestFinished,
  }) => {
    const own = await createLoopbackEngine()
    onTestFinished(() => own.close())
    const worker = project.start('docs-inngest/worker.ts', variablesFor(own))
    await untilDone(async () => {
      const { status } = await fetch(`${own.url}/v2/apps/jobs`)
      if (status !== 200) throw new Error('The worker has not connected.')
    }, worker)
    const { stdout } = await project.run('docs-inngest/shop.ts', variablesFor(own))
    expect(stdout.trimEnd()).toBe(printedByShop)
    expect(await worker.terminate()).toBe(0)
  })
})
