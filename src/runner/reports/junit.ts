// JUnit XML, as many runners write it: suites nested or not, with or without an outer element.
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { TestResult } from '../../facts/run.ts';
import { fullName, reportOf, type TestReport, unreadable } from './test-report.ts';

/** In the order of the document; an element is an object of its one tag and, beside it, its attributes. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  // The five of XML only; what a document defines for itself is refused below.
  processEntities: { enabled: true, maxTotalExpansions: 1_000_000, maxExpandedLength: 64 * 1024 * 1024 },
});

const Element = z.record(z.string(), z.unknown());
const deepest = 50;
const mostResults = 200_000;

type Walk = { suites: readonly string[]; results: TestResult[] };

/** Pure. Throws nothing because of the text. */
export function readJunit(text: string): TestReport {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) return unreadable('declares a document type, which no test report needs');
  const document = parse(text);
  if (!document) return unreadable('is not well-formed XML');
  const roots = childrenOf(document, 'testsuites').concat(childrenOf(document, 'testsuite'));
  if (roots.length === 0) return unreadable('has no testsuite element');
  const walk: Walk = { suites: [], results: [] };
  for (const root of roots) {
    const suites = root.tag === 'testsuite' ? [root.name] : [];
    if (!collect(root.children, { ...walk, suites })) return unreadable('is nested too deeply or too long');
  }
  return reportOf(walk.results);
}

type Found = { tag: string; name: string; className: string; children: unknown };

/** False where a bound is hit. */
function collect(nodes: unknown, { suites, results }: Walk): boolean {
  if (suites.length > deepest) return false;
  for (const { children, name, className } of childrenOf(nodes, 'testcase')) {
    if (results.length >= mostResults) return false;
    // Runners without suites put the suite into the class name; a suite already says it.
    const parents = suites.length > 0 ? suites : [className];
    results.push({ name: fullName([...parents, name]) || '(unnamed)', status: statusOf(children) });
  }
  return childrenOf(nodes, 'testsuite').every(({ name, children }) =>
    collect(children, { suites: [...suites, name], results }),
  );
}

function statusOf(children: unknown): TestResult['status'] {
  if (childrenOf(children, 'failure').length > 0 || childrenOf(children, 'error').length > 0) return 'failed';
  return childrenOf(children, 'skipped').length > 0 ? 'skipped' : 'passed';
}

function childrenOf(nodes: unknown, tag: string): Found[] {
  return (Array.isArray(nodes) ? nodes : []).flatMap((node) => {
    const element = Element.safeParse(node);
    if (!element.success || !(tag in element.data)) return [];
    const attributes = Element.safeParse(element.data[':@']);
    const text = (name: string) => String((attributes.success && attributes.data[name]) || '');
    return [{ tag, name: text('name'), className: text('classname'), children: element.data[tag] }];
  });
}

function parse(text: string): unknown[] | undefined {
  try {
    const parsed: unknown = parser.parse(text, true);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    // The parser throws for every text that is not XML, and for nesting beyond the stack: both are the report's fault.
    return undefined;
  }
}
