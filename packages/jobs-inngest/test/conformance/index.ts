/** The targets of this provider, also for the conformance report. */
export { createInngestTarget } from './inngest-target.ts'
export { createLoopbackTarget } from './loopback-target.ts'
