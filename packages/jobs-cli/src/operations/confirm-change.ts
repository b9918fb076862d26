import type { Output } from '../terminal/output.ts'

/** The texts of a question. */
export interface ChangeQuestion {
  /** The question on a terminal. */
  readonly question: string
  /** The error without a terminal, which names `--yes`. */
  readonly refusal: string
  /** The remark after a no. */
  readonly declined: string
}

/** Asks on the terminal before a change. Returns `undefined` after a yes, otherwise the exit code. */
export async function confirmChange(
  { question, refusal, declined }: ChangeQuestion,
  output: Output,
): Promise<number | undefined> {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY) {
    output.note(`error: ${refusal}`)
    return 2
  }
  const { confirm } = await import('@clack/prompts')
  // Stdout is for the result.
  if ((await confirm({ message: question, initialValue: false, output: stderr })) === true) return undefined
  output.note(declined)
  return 1
}
