/** The start of a list of all events. Without it, Inngest lists only those of the last hour. */
export const earliestEvent = '2000-01-01T00:00:00.000Z'
