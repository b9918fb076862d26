import { fileURLToPath } from 'node:url'
import { mergeConfig, type ViteUserConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'
import { sharedProcess } from '../../vitest.base.ts'

const globalSetup = [fileURLToPath(new URL('test/kit/bundle-sources.ts', import.meta.url))]
const config: ViteUserConfig = mergeConfig(base, { test: { ...sharedProcess, globalSetup } })

export default config
