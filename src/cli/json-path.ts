import { JSONPath } from 'jsonpath-plus';
import { type TemplatePart, parseTemplate } from './template.ts';

/**
 * Fills in a template of kubectl: text, {PATH}, {"literal\n"}, {range PATH}…{end}. The library's own interpreter
 * evaluates the expressions of filters, never JavaScript. Throws an error with a message for the user.
 */
export const fillTemplate = (template: string, data: unknown): string => filled(parseTemplate(template), data);

const filled = (parts: readonly TemplatePart[], data: unknown): string =>
  parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'over' in part
        ? find(part.over, data)
            .map((each) => filled(part.parts, each))
            .join('')
        : find(part.path, data).map(valueText).join(' ');
    })
    .join('');

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The values at a path, such as .name, [*].name, $..ips or @.name. */
function find(path: string, data: unknown): readonly unknown[] {
  const rooted = /^[$@]/.test(path) ? `$${path.slice(1)}` : /^[.[]/.test(path) ? `$${path}` : `$.${path}`;
  return JSONPath<unknown[]>({ path: rooted, json: data as object, wrap: true, eval: 'safe' });
}
