/** Changes that were tried to make the local engine faster, and did not help. One phrase each. */
export const tried: readonly string[] = ['SQLite: larger pages, logs and caches, and no syncs at all.']
