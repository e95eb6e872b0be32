// Makes the data folder that `freshPglite` copies, in a process of its own: what the making takes is gone with it.
import { openJournal } from '../../src/journal/database.ts';

const journal = await openJournal({ kind: 'pglite', folder: process.argv[2] ?? '' }, (error) => {
  throw error;
});
await journal.close();
