export * from '@cgk-platform/jobs-local'
export type { JobEvents } from './local-own-events.ts'
