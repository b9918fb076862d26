import { describe, test } from 'vitest'

import {
  type AppSource,
  commonJsNodeApp,
  expressApp,
  expressAppInJavaScript,
  honoApp,
  nodeApp,
  nodeAppInJavaScript,
} from './app-sources.ts'
import { openApp } from './open-app.ts'

const apps: [string, AppSource][] = [
  ['Express in TypeScript', expressApp],
  ['Express in JavaScript', expressAppInJavaScript],
  ['Hono', honoApp],
  ['Node in TypeScript', nodeApp],
  ['Node in TypeScript, in a package without a type', commonJsNodeApp],
  ['Node in JavaScript', nodeAppInJavaScript],
]

const printed = /^Attempt 1: welcome, user_1\nJob \w+: completed \{ welcomed: 'user_1' \}\n$/

describe.concurrent('on the local engine', () => {
  test.for(apps)('%s: the job that `init` writes is sent and runs', async ([, source], { expect, onTestFinished }) => {
    const app = openApp(source)
    onTestFinished(() => app.close())
    expect(await app.init('--provider', 'local', '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
    const sent = await app.script('jobs:send')
    expect(sent, sent.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(printed) })
  })

  test.for(apps)('%s: the worker runs until SIGTERM', async ([, source], { expect, onTestFinished }) => {
    const app = openApp(source)
    onTestFinished(() => app.close())
    await app.init('--provider', 'local', '--yes')
    const worker = app.start('jobs:worker')
    await expect.poll(() => worker.printed()).toContain('Running jobs in this process')
    await worker.terminate()
    expect(worker.printed()).not.toMatch(/error/i)
  })
})
