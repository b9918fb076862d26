import { defineConfig } from '@trigger.dev/sdk'

export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_versions',
  dirs: ['./src'],
  maxDuration: 3600,
  retries: { enabledInDev: true },
  processKeepAlive: true,
  // The condition does nothing for installed packages.
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
