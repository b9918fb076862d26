/** A Trigger.dev server that the environment configures. */
export interface TriggerServer {
  readonly url: string
  /** Access for the demo's own CLI worker. Omitted if another worker runs the jobs. */
  readonly access?: { readonly accessToken: string; readonly projectRef: string }
}

/** Returns the configured server. With a key but no address, this is Trigger.dev's cloud. */
export function configuredTriggerServer({
  TRIGGER_API_URL: url,
  TRIGGER_SECRET_KEY: secretKey,
  TRIGGER_ACCESS_TOKEN: accessToken,
  TRIGGER_PROJECT_REF: projectRef,
}: Readonly<Record<string, string | undefined>>): TriggerServer | undefined {
  if (!url && !secretKey) return undefined
  return {
    url: url || 'https://api.trigger.dev',
    ...(accessToken && projectRef && { access: { accessToken, projectRef } }),
  }
}
