import { defineConfig } from '@trigger.dev/sdk'

// Settings of a project that jobs are promised to be safe from: no tries, a short life, and little time in a queue.
export default defineConfig({
  project: 'proj_loopback',
  dirs: ['./src'],
  maxDuration: 5,
  ttl: '2m',
  retries: { enabledInDev: true, default: { maxAttempts: 1 } },
  processKeepAlive: true,
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
