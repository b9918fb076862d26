import { type PostgresServer, startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { type AppSource, expressApp, nodeAppInJavaScript } from './app-sources.ts'
import { openApp } from './open-app.ts'

const apps: [string, AppSource][] = [
  ['Express in TypeScript', expressApp],
  ['Node in JavaScript', nodeAppInJavaScript],
]

let server: PostgresServer
beforeAll(async () => {
  server = await startEmbeddedServer()
})
afterAll(() => server.stop())

describe.concurrent('on PostgreSQL', () => {
  test.for(apps)('%s: the job that `init` writes is sent and runs', async ([, source], { expect, onTestFinished }) => {
    const app = openApp(source)
    onTestFinished(() => app.close())
    expect(await app.init('--provider', 'postgres', '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(app.read('.env')).toMatch(/^DATABASE_URL=postgres:/m)

    const variables = { DATABASE_URL: server.url } // the other variables come from the written `.env`
    const worker = app.start('jobs:worker', variables)
    await expect.poll(() => worker.printed()).toContain('Running jobs in this process')
    const sent = await app.script('jobs:send', variables)
    expect(sent, sent.stderr).toMatchObject({ exitCode: 0 })
    expect(sent.stdout).toMatch(/Job \w+: completed \{ welcomed: 'user_1' \}\n$/)
    await worker.terminate()
    expect(worker.printed()).not.toMatch(/error/i)
  })
})
