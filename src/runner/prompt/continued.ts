// The prompt of a run that goes on with an earlier conversation: what is not as the agent remembers it, then the whole task.

/** Pure. The task is said in full: what was found since stands in it, and the conversation may have been shortened. */
export const continued = (
  prompt: string,
): string => `You worked on this task before, in this conversation. The run ended, or what it left was not accepted. What you learned
still holds. What you wrote is gone: the checkout is a fresh one, in another folder, so make your changes again, and
mend what the feedback below names. The task as it stands now:

${prompt}`;
