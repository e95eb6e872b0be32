// What Prometheus and Grafana ask for is what the app really exports, labels and their values included.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../scene/our-repository.ts';
import { closed } from './metrics-page.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const text = (file: string) => readFileSync(path.join(root, file), 'utf8');
const Dashboard = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      datasource: z.object({ uid: z.string() }),
      targets: z.array(z.object({ expr: z.string(), datasource: z.object({ uid: z.string() }) })).min(1),
    }),
  ),
});
const Alerts = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().regex(/^\d+[smhd]$/),
          annotations: z.strictObject({ summary: z.string() }),
        }),
      ),
    }),
  ),
});
const Prometheus = z.strictObject({
  global: z.record(z.string(), z.string().regex(/^\d+s$/)),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      metrics_path: z.string(),
      authorization: z.strictObject({ type: z.literal('Bearer'), credentials_file: z.string() }),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })),
    }),
  ),
});

const dashboard = Dashboard.parse(JSON.parse(text('ops/grafana/dashboards/gantry.json')));
const alerts = Alerts.parse(parse(text('ops/prometheus/alerts.yml')));
const asked = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ where: alert, expr }))),
  ...[...text('docs/metrics.md').matchAll(/\? \| `([^`]+)` \|/g)].map(([, expr = '']) => ({ where: 'docs', expr })),
];

/** What a query names that is not exported, is no label of it, or is no value of that label. */
function strangers(expr: string, exported: ReadonlyMap<string, string>): string[] {
  const open = (expr.match(/[([{]/g) ?? []).length;
  const shut = (expr.match(/[)\]}]/g) ?? []).length;
  const selectors = [...expr.matchAll(/\b((?:gantry|process|nodejs)_\w+|up)(?:\{([^}]*)\})?/g)];
  return [
    ...(open === shut ? [] : ['brackets']),
    ...(selectors.length > 0 ? [] : ['no metric']),
    ...selectors.flatMap(([, name = '', matchers = '']) => {
      if (name === 'up') return [];
      const metric = exported.get(name);
      if (metric === undefined) return [name];
      return [...matchers.matchAll(/(\w+)(?:=~|=|!=)"([^"]*)"/g)].flatMap(([, label = '', values = '']) => {
        const allowed = closed[metric]?.[label];
        if (allowed === undefined) return [`${name}{${label}}`];
        return typeof allowed === 'number' ? [] : values.split('|').filter((value) => !allowed.includes(value));
      });
    }),
    ...[...expr.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
      labels.split(', ').filter((label) => label !== 'le' && !Object.values(closed).some((known) => label in known)),
    ),
  ];
}

async function exportedNames(): Promise<Map<string, string>> {
  const metrics = await site.metrics.registry.getMetricsAsJSON();
  return new Map(
    metrics.flatMap(({ name, type }) =>
      (String(type) === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map(
        (end) => [`${name}${end}`, name] as const,
      ),
    ),
  );
}

test('every query of the dashboard, the alerts and the page is answered', async () => {
  const exported = await exportedNames();
  expect(asked.length).toBeGreaterThan(20);
  const wrong = asked.flatMap(({ where, expr }) => strangers(expr, exported).map((what) => `${where}: ${what}`));
  expect(wrong).toEqual([]);
});

test('a metric, a label, a value and a bracket that are not there are found', async () => {
  const exported = await exportedNames();
  expect(strangers('rate(gantry_gone_total[5m])', exported)).toEqual(['gantry_gone_total']);
  expect(strangers('gantry_run_seconds', exported)).toEqual(['gantry_run_seconds']);
  expect(strangers('gantry_runs{repo="x"}', exported)).toEqual(['gantry_runs{repo}']);
  expect(strangers('gantry_queue_jobs{queue=~"dead|lost"}', exported)).toEqual(['lost']);
  expect(strangers('sum by (repo) (gantry_runs', exported)).toEqual(['brackets', 'repo']);
});

test('the dashboard shows throughput and failures, from the source that is provisioned', () => {
  const [source] = parse(text('ops/grafana/provisioning/datasources/prometheus.yml')).datasources;
  const used = dashboard.panels.flatMap(({ datasource, targets }) => [
    datasource,
    ...targets.map((one) => one.datasource),
  ]);
  expect(new Set(used.map(({ uid }) => uid))).toEqual(new Set([source.uid]));
  const titles = dashboard.panels.map(({ title }) => title).join('\n');
  expect(titles).toMatch(/Runs ended per hour/);
  expect(titles).toMatch(/Failure rate/);
});

test('Prometheus scrapes the route that the app serves, with the token that compose.yaml mounts', async () => {
  const { scrape_configs: scrapes, rule_files: rules } = Prometheus.parse(parse(text('ops/prometheus/prometheus.yml')));
  const compose = parse(text('compose.yaml'));
  expect(scrapes).toHaveLength(1);
  expect((await site.read(scrapes[0]?.metrics_path ?? '')).status).toBe(200);
  expect(scrapes[0]?.authorization.credentials_file).toBe(`/run/secrets/${compose.services.prometheus.secrets[0]}`);
  expect(scrapes[0]?.static_configs[0]?.targets).toEqual([`app:${compose.services.app.environment.PORT}`]);
  expect(rules).toEqual(['/etc/prometheus/alerts.yml']);
});
