/** Maximum number of earlier events of its name and tenant that a wait with `since` reads. */
export const maxPastEvents = 10_000
