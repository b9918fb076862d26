import { describe, test } from 'vitest'

import type { AppSource } from './app-sources.ts'
import { openApp } from './open-app.ts'

/** Tests that the files which `init` writes into these apps compile, for each provider. */
export function describeCompile(apps: Readonly<Record<string, AppSource>>): void {
  const combinations = Object.entries(apps).flatMap(([name, source]) =>
    ['local', 'postgres', 'inngest', 'trigger.dev'].map((provider): [string, string, AppSource] => [
      name,
      provider,
      source,
    ]),
  )
  describe.concurrent('the files that `init` writes compile', () => {
    test.for(combinations)('in %s, on %s', async ([, provider, source], { expect, onTestFinished }) => {
      const app = openApp(source)
      onTestFinished(() => app.close())
      expect(await app.init('--provider', provider, '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await app.compile()).toBe('')
    })
  })
}
