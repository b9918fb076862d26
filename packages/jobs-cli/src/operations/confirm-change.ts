/** Asks on the terminal. Returns `undefined` without one. */
export async function confirmChange(message: string): Promise<boolean | undefined> {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY) return undefined
  const { confirm } = await import('@clack/prompts')
  // Stdout is for the result.
  return (await confirm({ message, initialValue: false, output: stderr })) === true
}
