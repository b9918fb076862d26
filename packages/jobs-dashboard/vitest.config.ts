import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

export default mergeConfig(
  base,
  defineConfig({ test: { globalSetup: [fileURLToPath(new URL('test/kit/build-ui.ts', import.meta.url))] } }),
)
