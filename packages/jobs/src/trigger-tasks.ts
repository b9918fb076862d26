export * from '@cgk-platform/jobs-trigger/tasks'
