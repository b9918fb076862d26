/** The id of the only worker of a store in memory. */
export const memoryWorker = '1'
