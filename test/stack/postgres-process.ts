// The stack's Postgres: prints its address, and is gone with its data when it is asked to end.
import { startPostgres } from '../world/postgres.ts';

const server = await startPostgres();
const stop = () =>
  void server.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
process.once('SIGTERM', stop);
process.stdout.write(`${JSON.stringify({ url: await server.fresh() })}\n`);
