// What GitHub leaves each installation of its hourly limit, in a bounded number of series.
import { Gauge, type Registry } from 'prom-client';

/** What the GitHub adapter says after an answer (its QuotaSeen). */
export type QuotaSeen = { installation: number; remaining: number };

/** Installations with a series of their own, the first that were seen; all further ones share `other`. */
const mostInstallations = 50;

/** Returns the hearer. `other` shows whichever of its installations was told last; its least over an hour is a query's to find. */
export function observeQuota(registry: Registry): (seen: QuotaSeen) => void {
  const known = new Map<number, number>();
  let others: number | undefined;
  new Gauge({
    name: 'gantry_github_quota_remaining',
    help: `Requests that GitHub leaves in this hour, by installation; above ${mostInstallations} of them, other is the last that was told of the rest.`,
    labelNames: ['installation'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [installation, remaining] of known) this.set({ installation: String(installation) }, remaining);
      if (others !== undefined) this.set({ installation: 'other' }, others);
    },
  });
  return ({ installation, remaining }) => {
    if (known.has(installation) || known.size < mostInstallations) known.set(installation, remaining);
    else others = remaining;
  };
}
