/** Returns the page's element with that ID. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found as T;
}

type Attributes = Readonly<Record<string, string>>;

/** Creates an element. Text is never interpreted as HTML. */
export function make(name: string, attributes: Attributes = {}, ...children: readonly (Node | string)[]): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Creates a button that looks like a link and acts within the page. */
export function action(text: string, act: () => void): HTMLElement {
  const button = make('button', { type: 'button', class: 'link' }, text);
  button.addEventListener('click', act);
  return button;
}
