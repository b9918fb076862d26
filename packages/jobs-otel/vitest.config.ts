import { defineConfig, mergeConfig } from 'vitest/config'

import base from '../../vitest.base.ts'

// OpenTelemetry's API is registered once in a process.
export default mergeConfig(base, defineConfig({ test: { isolate: true } }))
