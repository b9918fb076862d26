import { defineConfig } from '@trigger.dev/sdk'

// Resolves packages to their sources. Reuses one process for all runs, so that no process start is measured.
export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_bench',
  dirs: ['./src'],
  maxDuration: 3600,
  processKeepAlive: { enabled: true, maxExecutionsPerProcess: 1_000_000 },
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
