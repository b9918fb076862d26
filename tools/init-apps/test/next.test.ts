import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/jobs-inngest/loopback'
import { describe, test } from 'vitest'

import { type AppSource, nextApp, nextAppInJavaScript } from './app-sources.ts'
import { freePort } from './free-port.ts'
import { type OpenApp, openApp } from './open-app.ts'

/** Lets the scripts that `init` wrote call an app that is not where Next.js puts it, so that several can run. */
function moveTo(app: OpenApp, port: number): void {
  app.write('package.json', app.read('package.json').replaceAll(':3000', `:${port}`))
}

describe('Next.js', () => {
  const onLocal: [string, AppSource][] = [
    ['TypeScript', nextApp],
    ['JavaScript', nextAppInJavaScript],
  ]
  test.for(onLocal)(
    'on the local engine, in %s: compiles, sends and runs',
    async ([, source], { expect, onTestFinished }) => {
      const app = openApp(source)
      onTestFinished(() => app.close())
      const { exitCode, stderr } = await app.init('--provider', 'local', '--yes')
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      if (source.files['tsconfig.json']) expect(await app.compile()).toBe('')

      const port = await freePort()
      moveTo(app, port)
      const server = app.start('dev', { PORT: String(port) })
      await expect.poll(() => server.printed()).toContain('Ready in')
      const sent = await app.script('jobs:send')
      expect(sent, server.printed()).toMatchObject({ exitCode: 0 })
      expect(JSON.parse(sent.stdout), server.printed()).toMatchObject({
        state: 'completed',
        output: { welcomed: 'user_1' },
      })
      expect(server.printed()).toContain('Attempt 1: welcome, user_1')
      expect(server.printed()).not.toMatch(/warn|error/i)
    },
  )

  test('on Inngest: compiles, is found and runs', async ({ expect, onTestFinished }) => {
    const app = openApp(nextApp)
    onTestFinished(() => app.close())
    await app.init('--provider', 'inngest', '--yes')
    expect(await app.compile()).toBe('')

    const engine: LoopbackEngine = await createLoopbackEngine()
    onTestFinished(() => engine.close())
    const port = await freePort()
    moveTo(app, port)
    const server = app.start('dev', { PORT: String(port), INNGEST_DEV: engine.url })
    await expect.poll(() => server.printed()).toContain('Ready in')
    await engine.sync(/-u (\S+)/.exec(app.read('package.json'))![1]!.replace(/".*/, ''))
    const sent = await app.script('jobs:send')
    expect(JSON.parse(sent.stdout), server.printed()).toMatchObject({
      state: 'completed',
      output: { welcomed: 'user_1' },
    })
    expect(server.printed()).not.toMatch(/warn|error/i)
  })
})
