/** The tenant of a cron run without a tenant. No event can be sent with it. */
export const systemTenantId = 'system'

/** Prefix of the event names of cron ticks. An app's events cannot start with it. */
export const cronEventPrefix = 'cron/'
