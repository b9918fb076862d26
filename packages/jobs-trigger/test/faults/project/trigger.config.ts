import { defineConfig } from '@trigger.dev/sdk'

const { FAULTS_DIR = 'jobs' } = process.env

export default defineConfig({
  project: 'proj_loopback',
  dirs: [`./${FAULTS_DIR}`],
  // These settings must not affect the jobs.
  maxDuration: 5,
  ttl: '1s',
  retries: { enabledInDev: true, default: { maxAttempts: 1 } },
  // The SDK refuses later waits in the process of a run that ended while it waited.
  processKeepAlive: FAULTS_DIR !== 'features',
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
