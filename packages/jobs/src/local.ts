export * from '@cgk-platform/jobs-local'
