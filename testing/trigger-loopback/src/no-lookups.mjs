// Loaded into the CLI's process before the CLI. The CLI requests a newer version and a package list from two public
// servers, and without a network it retries for ten seconds. A 404 makes it continue at once with its built-in list, so no
// test depends on the network.
const publicHosts = new Set(['jsonhero.io', 'npm.antfu.dev'])
const { fetch } = globalThis

globalThis.fetch = async (input, init) => {
  const { host } = new URL(input instanceof Request ? input.url : input)
  return publicHosts.has(host) ? new Response('{}', { status: 404 }) : fetch(input, init)
}
