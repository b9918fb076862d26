import { type CliWorker, createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'
import { expect, onTestFinished, test } from 'vitest'

import { honoApp } from './app-sources.ts'
import { openApp } from './open-app.ts'

// A loopback server replaces Trigger.dev. Its unchanged SDK and CLI connect to it.

test('on Trigger.dev: the CLI builds the files that `init` writes, and its worker runs the job', async () => {
  const app = openApp(honoApp)
  onTestFinished(() => app.close())
  const { exitCode, stderr } = await app.init('--provider', 'trigger.dev', '--yes')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })

  const server = await createLoopbackServer()
  onTestFinished(() => server.close())
  const worker: CliWorker = await startCliWorker({ server, projectDir: app.folder, maxConcurrentRuns: 1 })
  onTestFinished(() => worker.close())

  const variables = { TRIGGER_API_URL: server.url, TRIGGER_SECRET_KEY: server.secretKey }
  const sent = await app.script('jobs:send', variables)
  expect(sent, sent.stderr).toMatchObject({ exitCode: 0 })
  expect(sent.stdout).toMatch(/^Job run_\w+: completed \{ welcomed: 'user_1' \}\n$/)
})
