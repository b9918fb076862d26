import { fileURLToPath } from 'node:url'

import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'

import slow from '../../vitest-slow.base.ts'

const buildPages = fileURLToPath(new URL('../../packages/jobs-dashboard/test/kit/build-ui.ts', import.meta.url))

const config: ViteUserConfig = mergeConfig(slow, defineConfig({ test: { globalSetup: [buildPages] } }))

export default config
