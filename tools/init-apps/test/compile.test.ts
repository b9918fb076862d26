import { test } from 'vitest'

import { expressApp, nodeApp } from './app-sources.ts'
import { describeCompile } from './describe-compile.ts'
import { openApp } from './open-app.ts'

describeCompile({ expressApp, nodeApp })

test('the compiler checks payloads against the events that `init` declares', async ({ expect, onTestFinished }) => {
  const app = openApp(nodeApp)
  onTestFinished(() => app.close())
  await app.init('--provider', 'local', '--yes')
  app.write('mistaken.ts', app.read('jobs-send.ts').replace(", userId: 'user_1'", ''))
  expect(await app.compile()).toMatch(/^mistaken\.ts\(\d+,\d+\): error .*userId/)
})
