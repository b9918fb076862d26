import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { describe, test } from 'vitest'

import { type AppSource, expressApp, expressAppInJavaScript, honoApp } from './app-sources.ts'
import { freePort } from './free-port.ts'
import { openApp } from './open-app.ts'

// Adds the lines that `init` prints to the app's own server.

/** Adds a script that starts a separate server file. */
function withServer(source: AppSource, run: string): AppSource {
  return { ...source, manifest: { ...source.manifest, scripts: { server: run } } }
}

const send = `sendJob('user.signed_up', { tenantId: 'tenant_1', userId: 'user_1' })`

const onLocal: [string, AppSource, string, (line: string) => string][] = [
  [
    'TypeScript modules',
    withServer(expressApp, 'node --import tsx src/own.ts'),
    'src/own.ts',
    (line) => `${line}
import { sendJob } from '@cgk-platform/jobs'
import express from 'express'
const app = express().post('/', async (_request, response) => void response.json(await ${send}))
app.listen(Number(process.env['PORT']))
`,
  ],
  [
    'CommonJS',
    withServer(expressAppInJavaScript, 'node own.js'),
    'own.js',
    (line) => `${line}
const { sendJob } = require('@cgk-platform/jobs')
const app = require('express')().post('/', async (_request, response) => response.json(await ${send}))
app.listen(Number(process.env.PORT))
`,
  ],
]

const onInngest: [string, AppSource, string][] = [
  [
    'Express',
    withServer(expressApp, 'node --import tsx src/own.ts'),
    `import express from 'express'
import { jobsRouter } from './jobs-inngest.js'
const app = express()
app.use(jobsRouter)
app.use(express.json())
app.listen(Number(process.env['PORT']))
`,
  ],
  [
    'Hono',
    withServer(honoApp, 'node --import tsx src/own.ts'),
    `import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { jobsRoutes } from './jobs-inngest.js'
const app = new Hono()
app.route('/', jobsRoutes)
serve({ fetch: app.fetch, port: Number(process.env['PORT']) })
`,
  ],
]

describe.concurrent("the app's own server", () => {
  test.for(onLocal)('with %s runs its jobs on the local engine, and exits on SIGTERM', async (one, context) => {
    const { expect, onTestFinished } = context
    const [, source, file, codeWith] = one
    const app = openApp(source)
    onTestFinished(() => app.close())
    const { stdout } = await app.init('--provider', 'local', '--yes')
    const [, line = ''] = /add `(.+)` where it starts/.exec(stdout) ?? []
    app.write(file, codeWith(line))

    const port = await freePort()
    const server = app.start('server', { PORT: String(port), JOB_PROVIDER: 'local' })
    await expect.poll(() => server.printed()).toContain('Running jobs in this process')
    await expect.poll(() => post(port)).toBe(200)
    await expect.poll(() => server.printed()).toContain('Attempt 1: welcome, user_1')
    await server.terminate()
    await expect(post(port)).rejects.toThrow()
  })

  test.for(onInngest)('with %s runs the jobs that Inngest requests', async ([, source, code], context) => {
    const { expect, onTestFinished } = context
    const app = openApp(source)
    onTestFinished(() => app.close())
    await app.init('--provider', 'inngest', '--yes')
    app.write('src/own.ts', code)
    expect(await app.compile()).toBe('')

    const engine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    const variables = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
    const port = await freePort()
    const server = app.start('server', { ...variables, PORT: String(port) })
    const found = () =>
      engine.sync(`http://127.0.0.1:${port}/api/inngest`).then(
        () => 'found',
        () => server.printed(),
      )
    await expect.poll(found).toBe('found')
    expect((await app.script('jobs:send', variables)).stdout).toContain('completed')
    expect(server.printed()).toContain('Attempt 1: welcome, user_1')
  })
})

async function post(port: number): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })
  return status
}
