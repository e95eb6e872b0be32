// How comments were answered: the newest answer to each of the newest comments. Older ones have been written long ago.
import type { Receipt } from '../facts/comment.ts';

const kept = 30;

export const withReceipt = (receipts: readonly Receipt[], receipt: Receipt): Receipt[] =>
  [...receipts.filter((one) => one.comment !== receipt.comment), receipt].slice(-kept);
