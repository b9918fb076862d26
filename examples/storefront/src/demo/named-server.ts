/** The address of the Inngest server that the environment names, in the order of Inngest's SDK. `undefined` for none. */
export function namedServer({
  INNGEST_BASE_URL,
  INNGEST_DEV,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = [INNGEST_BASE_URL, INNGEST_DEV].find((value) => value && !/^(0|false)$/i.test(value))
  // The switch alone means the dev server where it usually is.
  return named && /^(1|true)$/i.test(named) ? 'http://localhost:8288' : named
}
