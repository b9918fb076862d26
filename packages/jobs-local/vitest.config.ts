import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'

const globalSetup = [fileURLToPath(new URL('test/kit/bundle-sources.ts', import.meta.url))]

// The suite with three workers waits in real time, so two other workers run all other tests.
export default mergeConfig(base, defineConfig({ test: { globalSetup, maxWorkers: 3 } }))
