import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-waiting.base.ts'

// The two conformance suites wait for minutes to tick; a third worker makes all other tests meanwhile.
export default mergeConfig(base, defineConfig({ test: { maxWorkers: 3 } }))
