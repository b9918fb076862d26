import type { JobEvent } from '../events/job-events.ts'

/**
 * A type that depends on an event, if `Name` is one. For a misspelled name it is `any`, so that the compiler reports the
 * name alone and not also each use of the payload.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- only for code that does not compile
export type IfEvent<Name extends string, Type> = Name extends JobEvent ? Type : any
