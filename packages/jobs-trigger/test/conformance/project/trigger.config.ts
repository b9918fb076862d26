import { defineConfig } from '@trigger.dev/sdk'

// The settings of an app, and two of this workspace's: packages are read from their sources, and the project is named by
// the environment, since the suite also runs on servers of others.
export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_conformance',
  dirs: ['./src'],
  maxDuration: 3600,
  retries: { enabledInDev: true },
  processKeepAlive: true,
  // Nothing is looked for that would have to be left out of the bundle: that takes seconds.
  build: { conditions: ['@cgk-platform/source'], autoDetectExternal: false },
})
