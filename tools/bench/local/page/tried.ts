/** Changes that were tried to make the local engine faster, and did not help. One phrase each. */
export const tried: readonly string[] = [
  'SQLite: larger pages, logs and caches, memory-mapped files, and no syncs at all.',
  'SQLite: settling runs with `json_each` (1.6 times the time) and inserting jobs with it (1.5 times).',
  'SQLite: settling ten runs with one `UPDATE` (`IN` takes 15 times the time; values joined take 17 % less, but must return which runs they changed).',
  'SQLite: transactions of 500 starts, because slots run out (20 % more).',
  'SQLite: one row for a job and its first run (7 % less time in SQL, measured on the statements alone).',
  'SQLite: writing a run only when it ends (15 % more). Fifty jobs in a row take a fifth, but then each cancel, read and list must unpack them.',
  "SQLite: the store in a thread of its own. The engine's statements alone, with their values as messages, run there at 51,000 jobs/s: 0.22 times bare node:sqlite, about 1.5 times graphile-worker and 2.5 times pg-boss. The rest of the store's work would lower that.",
  'SQLite: syncing the file in another thread. With 5 ms per sync, the event loop lags 4 to 16 ms (p99), not 16 to 120, but at the same rate; on a quick disk, sends in a row are a quarter slower.',
  'Memory: `structuredClone` or JSON text for the copy of a payload (0.90 and 0.44 µs; today 0.13).',
  'Memory: promises or a fixed callback instead of `queueMicrotask`.',
]
