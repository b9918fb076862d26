import { defineConfig } from '@trigger.dev/sdk'

export default defineConfig({
  project: process.env['TRIGGER_PROJECT_REF'] ?? 'proj_consumer',
  dirs: ['./src'],
  maxDuration: 3600,
})
