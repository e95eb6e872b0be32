// Failures are thrown, expected outcomes are returned. Each class says what the loop does with it; nobody reads messages.

/** Worth trying again. `after`: seconds to wait at least; absent, the queue's own backoff decides. */
export class Retryable extends Error {
  readonly after: number | undefined;
  constructor(message: string, options: { after?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Retryable';
    this.after = options.after;
  }
}

/** Trying again cannot help: the outside refused, and a person or a new fact must change something first. */
export class Permanent extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'Permanent';
  }
}

/** A person can fix it. `messageId` and `data` name the sentence in render/messages.ts. */
export class UserFixable extends Error {
  readonly messageId: string;
  readonly data: Record<string, string>;
  constructor(messageId: string, data: Record<string, string> = {}, options: { cause?: unknown } = {}) {
    super(`${messageId} ${JSON.stringify(data)}`, options);
    this.name = 'UserFixable';
    this.messageId = messageId;
    this.data = data;
  }
}

/** We are wrong. Never retried silently: it is logged with its cause and ends in the dead letter. */
export class Bug extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'Bug';
  }
}
