import { cronEventOf } from '@cgk-platform/jobs-core/provider'

/**
 * The event that triggers the function of a disabled definition. Nothing can send it, because the prefix is reserved.
 * Without a trigger, Inngest would not have the function, and the runs that exist could not continue.
 */
export const disabledEvent = cronEventOf('disabled')
