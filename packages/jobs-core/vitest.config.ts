import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'

import base from '../../vitest.base.ts'

/** Test files share processes, which a third of the time suffices for. */
const config: ViteUserConfig = mergeConfig(
  base,
  defineConfig({ test: { isolate: false, setupFiles: ['test/kit/fresh-process.ts'] } }),
)

export default config
