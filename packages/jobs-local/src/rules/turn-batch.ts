/**
 * Maximum number of jobs to read, change or begin in one turn of the event loop. More of them block neither the event
 * loop nor, because a turn has one transaction, other processes of a file.
 */
export const turnBatch = 250

/**
 * Most jobs that wait to be taken in order of arrival. Later ones wait for the turn of their tenant, so that a tenant that
 * sends many delays no other.
 */
export const arrivalWindow: number = turnBatch / 2
