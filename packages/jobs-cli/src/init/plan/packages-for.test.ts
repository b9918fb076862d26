import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

import { inngestMajor, triggerVersion } from './packages-for.ts'

const require = createRequire(import.meta.url)

/** What a provider's package depends on, as its `package.json` says it. */
function dependenciesOf(provider: string): Record<string, string> {
  const { devDependencies, dependencies } = require(`@cgk-platform/jobs-${provider}/package.json`) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  return { ...devDependencies, ...dependencies }
}

test('the SDK and CLI of Trigger.dev are of the version that its provider is tested with', () => {
  expect(dependenciesOf('trigger')).toMatchObject({
    'trigger.dev': triggerVersion,
    '@trigger.dev/sdk': `^${triggerVersion}`,
  })
})

test('the SDK of Inngest is of the major that its provider is made for', () => {
  expect(dependenciesOf('inngest')['inngest']).toMatch(new RegExp(`^\\^${inngestMajor}\\.`))
})
