export * from '@cgk-platform/jobs-inngest'
export type { JobEvents } from './inngest-own-events.ts'
