/** Returns the address of the Inngest server in the environment, as Inngest's SDK reads it, or `undefined`. */
export function configuredInngestServer({
  INNGEST_BASE_URL,
  INNGEST_DEV,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = [INNGEST_BASE_URL, INNGEST_DEV].find((value) => value && !/^(0|false)$/i.test(value))
  // `INNGEST_DEV=1` means the dev server at its default address.
  return named && /^(1|true)$/i.test(named) ? 'http://localhost:8288' : named
}
