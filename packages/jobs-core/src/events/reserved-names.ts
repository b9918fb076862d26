/** The tenant of a cron run that belongs to no tenant. No event can be sent with it. */
export const systemTenantId = 'system'

/** Begins the event name of a cron job's runs; no name of a user's event does. */
export const cronEventPrefix = 'cron/'
