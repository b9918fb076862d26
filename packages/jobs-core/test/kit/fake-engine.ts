/** An engine whose jobs a test sets, for the tests of other packages. */
export { createFakeInspection, jobSummary } from './fake-inspection.ts'
export { createFakeProvider } from './fake-provider.ts'
