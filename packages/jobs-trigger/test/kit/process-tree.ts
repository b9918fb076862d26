import { spawnSync } from 'node:child_process'

/** A process that runs. */
export interface ProcessEntry {
  readonly pid: number
  readonly command: string
}

/** A process and all that it started, parents first; the children of a process that has ended are nobody's. */
export function processTree(pid: number): ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = stdout.split('\n').flatMap((line) => {
    const [, id, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return id ? { pid: Number(id), parent: Number(parent), command: command! } : []
  })
  const tree = all.filter((each) => each.pid === pid)
  for (const each of tree) tree.push(...all.filter(({ parent }) => parent === each.pid)) // grows while it is read
  return tree
}
