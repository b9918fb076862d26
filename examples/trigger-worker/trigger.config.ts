import { defineConfig } from '@trigger.dev/sdk'

export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_storefront',
  dirs: ['./src/trigger'],
  maxDuration: 3600,
  retries: { enabledInDev: true },
  processKeepAlive: { enabled: true, maxExecutionsPerProcess: 500 },
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] }, // reads this repository's packages from their sources
})
