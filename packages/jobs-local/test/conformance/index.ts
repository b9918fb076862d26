/** The targets of this provider, also for the conformance report. */
export { createLocalTarget } from './local-target.ts'
export { createThreeWorkersTarget } from './three-workers-target.ts'
