import { createLoopbackEngine } from '@cgk-platform/jobs-inngest/loopback'
import { expect, onTestFinished, test } from 'vitest'

import { type AppSource, nextApp, nextAppInJavaScript } from './app-sources.ts'
import { freePort } from './free-port.ts'
import { type OpenApp, openApp, type Running } from './open-app.ts'

/** An app after `init`, whose scripts call it at a port of its own in place of the usual one. */
async function initialised(source: AppSource, provider: string): Promise<{ app: OpenApp; port: number }> {
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

/** Calls the route that sends, by its script. */
async function expectSendToRun(app: OpenApp, server: Running): Promise<void> {
  const { exitCode, stdout, stderr } = await app.script('jobs:send')
  expect({ exitCode, stderr }, server.printed()).toEqual({ exitCode: 0, stderr: '' })
  expect(JSON.parse(stdout), server.printed()).toMatchObject({ state: 'completed', output: { welcomed: 'user_1' } })
  expect(server.printed()).toContain('Attempt 1: welcome, user_1')
  expect(server.printed()).not.toMatch(/warn|error/i)
}

test('Next.js on the local engine starts it with the server, sends and runs', async () => {
  const { app, port } = await initialised(nextApp, 'local')
  await expectSendToRun(app, await dev(app, port))
})

test('Next.js in JavaScript on Inngest is found where the dev server is told to look, sends and runs', async () => {
  const { app, port } = await initialised(nextAppInJavaScript, 'inngest')
  const engine = await createLoopbackEngine()
  onTestFinished(() => engine.close())
  const server = await dev(app, port, { INNGEST_DEV: engine.url })
  const [, address = ''] = /-u (http[^"]+)"/.exec(app.read('package.json')) ?? []
  await engine.sync(address)
  await expectSendToRun(app, server)
})
