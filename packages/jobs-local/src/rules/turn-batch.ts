/**
 * Maximum number of jobs to read, change or begin in one turn of the event loop. More of them block neither the event
 * loop nor, because a turn has one transaction, other processes of a file.
 */
export const turnBatch = 250
