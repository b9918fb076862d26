import { spawnSync } from 'node:child_process'

/** A running process. */
export interface ProcessEntry {
  readonly pid: number
  readonly command: string
}

/** Returns a process and its descendants, parents first. Does not find the children of a process that has ended. */
export function processTree(pid: number): ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = stdout.split('\n').flatMap((line) => {
    const [, id, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return id ? { pid: Number(id), parent: Number(parent), command: command! } : []
  })
  const tree = all.filter((each) => each.pid === pid)
  for (const each of tree) tree.push(...all.filter(({ parent }) => parent === each.pid)) // the array grows during the loop
  return tree
}
