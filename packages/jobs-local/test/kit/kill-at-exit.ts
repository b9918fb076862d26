import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()

function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
}

/**
 * Kills a child process when the test's own process exits, so that an aborted test leaves no process behind. Adds one
 * `exit` listener while children run, and none otherwise: test files share a process, and each loads this module again.
 */
export function killAtExit(child: ChildProcess): void {
  if (children.size === 0) process.on('exit', killAll)
  children.add(child)
  child.once('close', () => {
    children.delete(child)
    if (children.size === 0) process.off('exit', killAll)
  })
}
