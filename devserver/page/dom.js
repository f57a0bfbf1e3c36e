// SPDX-License-Identifier: MIT
// Small helpers for elements.

export const $ = (id) => document.getElementById(id);

// An element with attributes (`onclick` and its kin are listeners, `class`, `aria-...` as in HTML) and children.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (['value', 'checked', 'textContent', 'disabled', 'hidden', 'selected'].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Calls a function when nothing asked for it for a while.
export function later(milliseconds, what) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => what(...given), milliseconds);
  };
}

// At most six digits, without trailing zeros.
export function tidy(number) {
  if (number === null || number === undefined) return 'no data';
  if (typeof number !== 'number') return String(number);
  if (Number.isInteger(number)) return String(number);
  const text = String(Number(number.toPrecision(6)));
  return text.includes('e') ? text.replace('e', ' e') : text;
}

// Where the clipboard is closed to pages (other machines, without TLS), as one would by hand.
function copyByHand(text) {
  const area = el('textarea', {value: text, style: 'position: fixed; opacity: 0'});
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text);
  }
  const before = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = before; }, 1200);
}

// One of a few, as a row of buttons.
export function choice(label, options, chosen, choose) {
  const buttons = options.map(([value, text]) => el('button', {type: 'button', 'aria-pressed': String(value === chosen), 'data-value': value, onclick: () => choose(value)}, text));
  return el('div', {class: 'choice', role: 'group', 'aria-label': label}, buttons);
}

export function remember(key, value) {
  try {
    localStorage.setItem(`tilewright.${key}`, value);
  } catch { /* not allowed: then not remembered */ }
}

export function recall(key) {
  try {
    return localStorage.getItem(`tilewright.${key}`);
  } catch {
    return null;
  }
}
