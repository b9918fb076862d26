import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

const globalSetup = [fileURLToPath(new URL('test/kit/start-server.ts', import.meta.url))]

// The two conformance suites wait for ticks most of the time; a third worker makes all other tests.
export default mergeConfig(base, defineConfig({ test: { globalSetup, maxWorkers: 3 } }))
