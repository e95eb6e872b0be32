// How many jobs of each queue one process works on, and how many of them may belong to one repository.

/** NOTIFY wakes a worker; the backstop poll is for the notification that was lost. */
const pace = {
  pollingIntervalSeconds: 1,
  notifyPollingIntervalSeconds: 1,
  burstWhenBatchFull: true,
  includeMetadata: true,
} as const;

/**
 * Jobs that ask GitHub take seconds: a repository with hundreds of them leaves room for the others. The pure queues take
 * milliseconds each and need no such limit. Fairness only, never exclusion: that is the stream's lock and the target's right.
 */
export const workers = {
  translate: { ...pace, batchSize: 20 },
  react: { ...pace, batchSize: 20, localConcurrency: 2 },
  perform: { ...pace, batchSize: 1, localConcurrency: 8, localGroupConcurrency: 5 },
  converge: { ...pace, batchSize: 1, localConcurrency: 6, localGroupConcurrency: 4 },
  offer: { ...pace, batchSize: 20 },
  dead: { ...pace, batchSize: 5 },
} as const;
