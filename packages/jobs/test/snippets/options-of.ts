/** Returns the options of a call, from its error for an unknown option. */
export async function optionsOf(call: (options: never) => unknown): Promise<string[]> {
  const refused = await (async () => call({ id: 'job', unknown: true } as never))().catch((error: Error) => error)
  const [, listed = ''] = (refused as Error).message.split('The options are ')
  return Array.from(listed.matchAll(/`(\w+)`/g), ([, name]) => name!)
}
