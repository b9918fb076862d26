/** Returns the variables that a process of a test needs. Without the machine's others, which could select an engine. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env
  return { PATH, TMPDIR, NODE_COMPILE_CACHE }
}
