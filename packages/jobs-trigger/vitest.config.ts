import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-waiting.base.ts'

// One file at a time: each starts processes of its own, and a dozen of them are as much as two processors start in time.
export default mergeConfig(base, defineConfig({ test: { maxWorkers: 1 } }))
