import { defineConfig } from '@trigger.dev/sdk'

// Packages are read from their sources; one process is kept for all runs, so that no start of one is measured.
export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_bench',
  dirs: ['./src'],
  maxDuration: 3600,
  processKeepAlive: { enabled: true, maxExecutionsPerProcess: 1_000_000 },
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
