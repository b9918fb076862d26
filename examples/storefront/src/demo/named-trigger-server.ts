/** A Trigger.dev server that the environment names. */
export interface NamedTriggerServer {
  readonly url: string
  /** What a CLI worker of one's own needs; absent where the jobs run on another's. */
  readonly access?: { readonly accessToken: string; readonly projectRef: string }
}

/** The server that the environment names: another than the cloud by its address, the cloud by a key alone. */
export function namedTriggerServer({
  TRIGGER_API_URL: url,
  TRIGGER_SECRET_KEY: secretKey,
  TRIGGER_ACCESS_TOKEN: accessToken,
  TRIGGER_PROJECT_REF: projectRef,
}: Readonly<Record<string, string | undefined>>): NamedTriggerServer | undefined {
  if (!url && !secretKey) return undefined
  return {
    url: url || 'https://api.trigger.dev',
    ...(accessToken && projectRef && { access: { accessToken, projectRef } }),
  }
}
