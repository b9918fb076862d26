import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

const globalSetup = [fileURLToPath(new URL('test/kit/bundle-sources.ts', import.meta.url))]

export default mergeConfig(base, defineConfig({ test: { globalSetup } }))
