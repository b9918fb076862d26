import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

// The two conformance suites wait for ticks most of the time; a third worker makes all other tests.
export default mergeConfig(base, defineConfig({ test: { maxWorkers: 3 } }))
