import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { expect, onTestFinished, test } from 'vitest'

import { type AppSource, nextApp, nextAppInJavaScript } from './app-sources.ts'
import { freePort } from './free-port.ts'
import { type OpenApp, openApp, type Running } from './open-app.ts'

/** Opens an app and runs `init`. Changes its scripts to a free port. */
async function openInitializedApp(source: AppSource, provider: string): Promise<{ app: OpenApp; port: number }> {
  const app = openApp(source)
  onTestFinished(() => app.close())
  expect(await app.init('--provider', provider, '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
  const port = await freePort()
  app.write('package.json', app.read('package.json').replaceAll(':3000', `:${port}`))
  return { app, port }
}

async function dev(app: OpenApp, port: number, variables: Record<string, string> = {}): Promise<Running> {
  const server = app.start('dev', { PORT: String(port), ...variables })
  await expect.poll(() => server.printed()).toContain('Ready in')
  return server
}

/** Sends a job with the script of the app, and expects it to run. */
async function expectSendToRun(app: OpenApp, server: Running): Promise<void> {
  const { exitCode, stdout, stderr } = await app.script('jobs:send')
  expect({ exitCode, stderr }, server.printed()).toEqual({ exitCode: 0, stderr: '' })
  expect(JSON.parse(stdout), server.printed()).toMatchObject({ state: 'completed', output: { welcomed: 'user_1' } })
  expect(server.printed()).toContain('Attempt 1: welcome, user_1')
  expect(server.printed()).not.toMatch(/warn|error/i)
}

test('Next.js starts the local engine with its server, and sends and runs a job', async () => {
  const { app, port } = await openInitializedApp(nextApp, 'local')
  await expectSendToRun(app, await dev(app, port))
})

test('Inngest finds a Next.js app in JavaScript at the URL of its dev script, and the app sends and runs a job', async () => {
  const { app, port } = await openInitializedApp(nextAppInJavaScript, 'inngest')
  const engine = await createLoopbackEngine()
  onTestFinished(() => engine.close())
  const server = await dev(app, port, { INNGEST_DEV: engine.url })
  const [, address = ''] = /-u (http[^"]+)"/.exec(app.read('package.json')) ?? []
  await engine.sync(address)
  await expectSendToRun(app, server)
})
