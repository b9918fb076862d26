import { defineConfig } from '@trigger.dev/sdk'

export default defineConfig({
  project: 'proj_loopback',
  dirs: ['./src'],
  maxDuration: 3600,
  retries: { enabledInDev: true },
  processKeepAlive: true,
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
