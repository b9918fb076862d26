export * from '@cgk-platform/jobs-trigger'
export type { JobEvents } from './trigger-own-events.ts'
