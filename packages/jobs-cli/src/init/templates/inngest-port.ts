/** Where `jobs-server` listens unless `JOBS_PORT` says otherwise: not where apps do, which may run beside it. */
export const inngestPort = 3030
