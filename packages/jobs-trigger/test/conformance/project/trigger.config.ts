import { defineConfig } from '@trigger.dev/sdk'

// The settings of an app, with two additions: packages are read from their sources, and the environment names the
// project, because the suite also runs on other servers.
export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_conformance',
  dirs: ['./src'],
  maxDuration: 3600,
  retries: { enabledInDev: true },
  processKeepAlive: true,
  // Skips the search for packages to exclude from the bundle, which takes seconds.
  build: { conditions: ['@cgk-platform/source'], autoDetectExternal: false },
})
