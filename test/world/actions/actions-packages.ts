// GitHub's own workflow parser and expression evaluator. Both import JSON without an import attribute, which Node
// refuses (ERR_IMPORT_ATTRIBUTE_MISSING); the hook adds it for these two packages only and is taken off again.
import { registerHooks } from 'node:module';

const hooks = registerHooks({
  load: (url, context, next) =>
    url.endsWith('.json') && url.includes('/@actions/')
      ? next(url, { ...context, importAttributes: { type: 'json' } })
      : next(url, context),
});
export const { parseWorkflow, NoOperationTraceWriter } = await import('@actions/workflow-parser');
export const { Lexer, Parser, Evaluator, data } = await import('@actions/expressions');
hooks.deregister();
