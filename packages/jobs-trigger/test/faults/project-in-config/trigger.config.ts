import { defineConfig } from '@trigger.dev/sdk'

import { tasks } from './src/tasks.ts'

export default defineConfig({
  project: 'proj_loopback',
  dirs: ['./src'],
  maxDuration: 60 + tasks.length,
  build: { autoDetectExternal: false, conditions: ['@cgk-platform/source'] },
})
