/** The tenant of the platform's own jobs, and of a cron run without a tenant. Only `client.forSystem()` sends for it. */
export const systemTenantId = 'system'

/** Prefix of the event names of cron ticks. An app's events cannot start with it. */
export const cronEventPrefix = 'cron/'

/** Prefix of the names of the definitions' own events. An app's events cannot start with it. */
export const jobEventPrefix = 'job/'

/** Prefix of the events that carry signals. An app's events cannot start with it. */
export const signalEventPrefix = 'signal/'
