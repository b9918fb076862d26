/** A mail that shall go out. */
interface Mail {
  /** Names the mail: with the same id again nothing goes out. */
  readonly id: string
  readonly to: string
  readonly type: string
  readonly subject: string
}

/** A mail service. */
export interface Outbox {
  deliver(mail: Mail): Promise<{ readonly type: string; readonly to: string }>
  /** The mails that went out, oldest first. */
  delivered(): Promise<readonly Mail[]>
}

/** An outbox that keeps its mails in memory rather than sending them to anybody. */
export function createOutbox(): Outbox {
  const mails = new Map<string, Mail>()
  return {
    async deliver(mail) {
      if (!mails.has(mail.id)) mails.set(mail.id, mail)
      return { type: mail.type, to: mail.to }
    },
    delivered: async () => [...mails.values()],
  }
}

/** The app's outbox. */
export const outbox: Outbox = createOutbox()
