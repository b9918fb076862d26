import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

// The two conformance suites wait for cron ticks, so a third worker runs all other tests.
export default mergeConfig(base, defineConfig({ test: { maxWorkers: 3 } }))
