import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

import { triggerVersion } from './packages-for.ts'

test('the version of the SDK and CLI of Trigger.dev is the one that its provider is tested with', () => {
  const { devDependencies, dependencies } = createRequire(import.meta.url)(
    '@cgk-platform/jobs-trigger/package.json',
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>
  expect(devDependencies['trigger.dev']).toBe(triggerVersion)
  expect(dependencies['@trigger.dev/sdk']).toBe(`^${triggerVersion}`)
})
