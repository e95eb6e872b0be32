// Numbers that may only fall. Requests of the App from the label to the last words after the merge: token mints and git are not counted.

export const committed = { requests: { total: 37, contentWrites: 25 } };
