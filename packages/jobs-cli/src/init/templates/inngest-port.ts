/** The default port of `jobs-server`, which `JOBS_PORT` overrides. It avoids the usual ports of apps. */
export const inngestPort = 3030
