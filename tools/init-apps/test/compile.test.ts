import { describe, test } from 'vitest'

import { type AppSource, commonJsNodeApp, expressApp, honoApp, nextApp, nodeApp } from './app-sources.ts'
import { openApp } from './open-app.ts'

const apps = { nextApp, expressApp, honoApp, nodeApp, commonJsNodeApp }
const combinations = Object.entries(apps).flatMap(([name, source]) =>
  ['local', 'inngest', 'trigger.dev'].map((provider): [string, string, AppSource] => [name, provider, source]),
)

describe.concurrent('the files that `init` writes compile', () => {
  test.for(combinations)('in %s, on %s', async ([, provider, source], { expect, onTestFinished }) => {
    const app = openApp(source)
    onTestFinished(() => app.close())
    expect(await app.init('--provider', provider, '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await app.compile()).toBe('')
  })
})

test('the compiler checks payloads against the events that `init` declares', async ({ expect, onTestFinished }) => {
  const app = openApp(nodeApp)
  onTestFinished(() => app.close())
  await app.init('--provider', 'local', '--yes')
  app.write('mistaken.ts', app.read('jobs-send.ts').replace(", userId: 'user_1'", ''))
  expect(await app.compile()).toMatch(/^mistaken\.ts\(\d+,\d+\): error .*userId/)
})
