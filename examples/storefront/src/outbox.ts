/** A mail to deliver. */
interface Mail {
  /** The mail's id. A second delivery with the same id does nothing. */
  readonly id: string
  readonly to: string
  readonly type: string
  readonly subject: string
}

/** A mail service. */
export interface Outbox {
  deliver(mail: Mail): Promise<{ readonly type: string; readonly to: string }>
  /** Returns the delivered mails, oldest first. */
  delivered(): Promise<readonly Mail[]>
}

/** Creates an outbox that stores mails in memory instead of sending them. */
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
