/** A frozen error. */
export const frozenError: Error = Object.freeze(new RangeError('Frozen.'))

/** An error that is its own cause. */
export const cyclicError: Error = new Error('Round and round.')
cyclicError.cause = cyclicError

const broken = {
  get(): never {
    throw new Error('This getter throws.')
  },
}

/** An error whose getters all throw. */
export const unreadableError: Error = Object.defineProperties(new Error('Hidden.'), {
  stack: broken, // first, because Node 20 builds the stack from the other properties when it is replaced
  name: broken,
  message: broken,
  code: broken,
  cause: broken,
})

/** An error of another realm or library: not an instance of this realm's `Error`. */
export const errorLike = { name: 'ForeignError', message: 'From elsewhere.', code: 'E_FOREIGN' }

/** A thrown value that cannot be inspected at all: every operation on it throws. */
export const revokedProxy: object = createRevokedProxy()

function createRevokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
