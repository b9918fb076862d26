/** Number of the newest attempts of a run that a store keeps. */
export const maxStoredAttempts = 100
