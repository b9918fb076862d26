/** The targets of this provider, also for the conformance report. */
export { createPostgresTarget } from './postgres-target.ts'
export { createPooledTarget, createThreeWorkersTarget } from './three-workers-target.ts'
export { createPgliteTarget } from './pglite-target.ts'
