/** The targets of this provider, also for the conformance report. */
export { createLoopbackTarget, createSleepingTarget } from './loopback-target.ts'
export { createTriggerTarget } from './trigger-target.ts'
