import { render } from 'preact'

import { basePath } from './base-path.ts'
import type { SessionJson } from '../../src/api-types.ts'

/** Shows who is signed in. */
function Session({ session }: { session: SessionJson }) {
  return <p>Signed in as {session.user}</p>
}

const response = await fetch(`${basePath}/api/session`)
render(<Session session={(await response.json()) as SessionJson} />, document.body)
