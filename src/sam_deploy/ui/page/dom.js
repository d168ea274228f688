/**
 * Elements, made without markup in strings: whatever a function, a commit or an error is called,
 * it can only ever become text.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, any>} Props
 */

const SVG = "http://www.w3.org/2000/svg";
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/**
 * Return an HTML element. `on` maps events to listeners; `data` becomes data-*; a property that is
 * false, null or undefined is left out, true becomes an attribute without a value.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  dress(element, props);
  add(element, children.flat());
  return element;
}

/**
 * Return an SVG element; the same rules.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function s(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, props);
  add(element, children.flat());
  return element;
}

/**
 * @param {Element} element
 * @param {Props} props
 */
function dress(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      for (const [key, each] of Object.entries(value)) element.setAttribute(`data-${key}`, String(each));
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/**
 * @param {Element | DocumentFragment} element
 * @param {Child[]} children
 */
function add(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * The element has exactly these children. Who had the focus on one that is drawn anew keeps it: a
 * view that is drawn again while somebody walks it by keyboard does not throw them out.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  const fragment = document.createDocumentFragment();
  add(fragment, children.flat());
  const held = element.contains(document.activeElement) ? markOf(document.activeElement) : "";
  element.replaceChildren(fragment);
  if (!held) return;
  const again = [...element.querySelectorAll(FOCUSABLE)].find((each) => markOf(each) === held);
  /** @type {HTMLElement | SVGElement | undefined} */ (again)?.focus({ preventScroll: true });
}

/**
 * By what an element is known again after it was drawn anew.
 * @param {Element | null} element
 */
function markOf(element) {
  const said = ["id", "href", "name", "aria-label"].map((name) => element?.getAttribute(name)).find(Boolean);
  return `${element?.tagName} ${said ?? element?.textContent}`;
}

/**
 * The element's text is `text`; nothing is touched when it is already.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Text with `code` in backticks as elements.
 * @param {string} text
 * @returns {Child[]}
 */
export function ticks(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

/**
 * Text for screen readers alone.
 * @param {string} text
 */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

/**
 * Return a function that runs `work` once in the next frame, however often it is called.
 * @param {() => void} work
 */
export function framed(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    const run = () => {
      if (!waiting) return;
      waiting = false;
      work();
    };
    // frames stop in a hidden tab, whose texts should be right all the same
    if (document.hidden) setTimeout(run, 250);
    else requestAnimationFrame(run);
  };
}
