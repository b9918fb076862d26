import { createRequire } from 'node:module'
import { intersects } from 'semver'
import { expect, test } from 'vitest'

import { knownEngines } from '@cgk-platform/jobs/engines'

const require = createRequire(import.meta.url)
const withSdk = knownEngines.flatMap(({ name, packageName, setup }) =>
  setup?.sdk ? [{ name, packageName, sdk: setup.sdk, devCommand: setup.devCommand }] : [],
)

test.each(withSdk)(
  '`init` installs an SDK version that the provider of $name supports',
  ({ packageName, sdk, devCommand }) => {
    const manifest = require(`${packageName}/package.json`) as Record<string, Record<string, string>>
    expect(intersects(sdk.version, manifest['dependencies']![sdk.packageName]!)).toBe(true)
    if (!sdk.toolsMatchSdk) return
    // Its tests run the tools.
    const tested = require('@cgk-platform/trigger-loopback/package.json') as typeof manifest
    expect(tested['dependencies']).toMatchObject({ [sdk.tools[0]!]: sdk.version })
    expect(devCommand).toContain(`${sdk.tools[0]}@${sdk.version}`)
  },
)
