import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/inngest-loopback'
import { describe, test } from 'vitest'

import { type AppSource, expressApp, expressAppInJavaScript, honoApp, nodeApp } from './app-sources.ts'
import { freePort } from './free-port.ts'
import { openApp } from './open-app.ts'

// A loopback engine replaces Inngest's dev server. The unchanged SDK connects to it.

/** Finds the app as the dev server does: at a URL, or as a connected worker. */
type Find = (engine: LoopbackEngine, port: number) => Promise<void>

const syncApp: Find = (engine, port) => engine.sync(`http://127.0.0.1:${port}/api/inngest`)
const findWorker: Find = async ({ url }) => {
  const { status } = await fetch(`${url}/v2/apps/jobs`)
  if (status !== 200) throw new Error('The worker has not connected.')
}

const apps: [string, AppSource, Find][] = [
  ['Express in TypeScript', expressApp, syncApp],
  ['Express in JavaScript', expressAppInJavaScript, syncApp],
  ['Hono', honoApp, syncApp],
  ['Node', nodeApp, findWorker],
]

describe.concurrent('on Inngest', () => {
  test.for(apps)(
    '%s: the engine finds and runs the job that `init` writes',
    async ([, source, find], { expect, onTestFinished }) => {
      const app = openApp(source)
      onTestFinished(() => app.close())
      const { exitCode, stderr } = await app.init('--provider', 'inngest', '--yes')
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })

      const engine = await createLoopbackEngine()
      onTestFinished(() => engine.close())
      const port = await freePort()
      const variables = { INNGEST_DEV: engine.url } // the other variables come from the written `.env`
      const worker = app.start('jobs:worker', { ...variables, JOBS_PORT: String(port) })
      await expect
        .poll(() =>
          find(engine, port).then(
            () => 'found',
            () => worker.printed(),
          ),
        )
        .toBe('found')

      const sent = await app.script('jobs:send', variables)
      expect(sent, sent.stderr).toMatchObject({ exitCode: 0 })
      expect(sent.stdout).toMatch(/^Job \w+: completed \{ welcomed: 'user_1' \}\n$/)
      expect(worker.printed()).toContain('Attempt 1: welcome, user_1')
      await worker.terminate()
    },
  )
})
