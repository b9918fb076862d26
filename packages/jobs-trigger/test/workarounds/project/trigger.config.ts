import { defineConfig } from '@trigger.dev/sdk'

// Project settings that must not affect jobs: no retries, a short maximum duration and a short TTL.
export default defineConfig({
  project: 'proj_loopback',
  dirs: ['./src'],
  maxDuration: 5,
  ttl: '2m',
  retries: { enabledInDev: true, default: { maxAttempts: 1 } },
  processKeepAlive: true,
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
