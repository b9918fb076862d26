import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')))

/** Kills a child process when the test's own process exits, so that an aborted test leaves no process behind. */
export function killAtExit(child: ChildProcess): void {
  children.add(child)
  child.once('close', () => children.delete(child))
}
