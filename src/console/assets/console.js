// What the pages do beyond their forms and links. Everything here has a way
// without it: a form is sent, a list is typed line by line.
'use strict';

const live = document.getElementById('live');
const say = (words) => {
  live.textContent = '';
  requestAnimationFrame(() => { live.textContent = words; });
};

// A form marked data-live is sent in the background, and its place on the page
// is taken by the same place of the answer.
async function sendLive(form, button) {
  const data = new URLSearchParams(new FormData(form, button));
  form.classList.add('waiting');
  form.setAttribute('aria-busy', 'true');
  const answer = await fetch(form.action, { method: 'POST', body: data });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const next = page.getElementById(form.id);
  if (!next) throw new Error('the answer is another page');
  form.replaceWith(next);
  prepare(next);
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.dataset.live) return;
  if (form.getAttribute('aria-busy')) { event.preventDefault(); return; }
  event.preventDefault();
  remember(form);
  const button = event.submitter;
  sendLive(form, button).catch(() => {
    // Sent again as a plain form, the browser says itself what is wrong.
    form.removeAttribute('data-live');
    form.removeAttribute('aria-busy');
    form.requestSubmit(button);
  });
});

// What was said last comes back with the up arrow.
let lastSaid = '';
function remember(form) {
  const field = form.querySelector('[data-resend]');
  if (field && field.value.trim()) lastSaid = field.value;
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowUp' || !event.target.dataset.resend || event.target.value || !lastSaid) return;
  event.preventDefault();
  event.target.value = lastSaid;
});

// A text is copied by one tap; without the script a tap selects it.
async function copy(button) {
  const element = document.getElementById(button.dataset.copies);
  const text = element.value ?? element.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (element.select) element.select();
    else window.getSelection().selectAllChildren(element);
    document.execCommand('copy');
  }
  button.textContent = button.dataset.copied;
  say(button.dataset.copied);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copies]');
  if (button) copy(button);
});

// The line that is told beside a text is selected in it. A copy of the field
// that ends before the line is as high as what stands above it.
function jump(button) {
  const field = document.getElementById(button.dataset.of);
  const lines = field.value.split('\n');
  const before = lines.slice(0, button.dataset.line - 1).map((line) => line + '\n').join('');
  const copy = field.cloneNode();
  copy.removeAttribute('id');
  copy.rows = 1;
  copy.value = before;
  field.after(copy);
  copy.style.minHeight = '0';
  const above = copy.scrollHeight;
  copy.remove();
  field.focus();
  field.setSelectionRange(before.length, before.length + (lines[button.dataset.line - 1] || '').length);
  field.scrollTop = above - field.clientHeight / 2;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-line]');
  if (button) jump(button);
});

// A / at the beginning of a line opens the ready phrases; one goes where the
// cursor is.
document.addEventListener('keydown', (event) => {
  const phrases = document.querySelector('[data-phrases]');
  const field = event.target;
  if (event.key !== '/' || !phrases || field.id !== phrases.dataset.phrases) return;
  if (/[^\n]$/.test(field.value.slice(0, field.selectionStart))) return;
  event.preventDefault();
  phrases.open = true;
  phrases.querySelector('a').focus();
});

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-inserts]');
  if (!link) return;
  event.preventDefault();
  const field = document.getElementById(link.dataset.inserts);
  field.setRangeText(link.dataset.words, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
});

// What is written into a form marked data-keeps is kept while it is typed, and
// when the page goes away; once it was sent there is nothing to keep.
let unkept = null;
let keeping = 0;
let sending = null;

function wordsOf(form) {
  const data = new URLSearchParams(new FormData(form));
  data.set('quiet', 'yes');
  return data;
}

async function keep(form) {
  const asked = ++keeping;
  await new Promise((resolve) => { setTimeout(resolve, 1500); });
  if (asked !== keeping) return;
  unkept = null;
  sending = new AbortController();
  const options = { method: 'POST', body: wordsOf(form), signal: sending.signal };
  const answer = await fetch(form.dataset.keeps, options);
  form.querySelector('[data-kept]').hidden = !answer.ok;
}

document.addEventListener('input', (event) => {
  const form = event.target.form;
  if (!form || !form.dataset.keeps) return;
  unkept = form;
  keep(form).catch(() => { unkept = form; });
});

document.addEventListener('submit', (event) => {
  if (!event.target.dataset.keeps) return;
  keeping += 1;
  unkept = null;
  if (sending) sending.abort();
});

document.addEventListener('visibilitychange', () => {
  if (!document.hidden || !unkept) return;
  navigator.sendBeacon(unkept.dataset.keeps, wordsOf(unkept));
  unkept = null;
});

// Who leaves a page with something typed that is kept nowhere is asked first.
// What was typed only to look at something (data-passing) does not count, nor
// what a password manager filled in.
const asOpened = new WeakMap();

function typedInto(form) {
  const data = new FormData(form);
  [...form.elements].forEach((field) => { if (field.dataset.passing || field.type === 'password') data.delete(field.name); });
  return new URLSearchParams(data).toString();
}

function isUnsaved(form) {
  if (!asOpened.has(form)) return false;
  const isRefused = form.dataset.unsaved || form.querySelector('[aria-invalid]');
  return Boolean(isRefused) || typedInto(form) !== asOpened.get(form);
}

window.addEventListener('beforeunload', (event) => {
  if ([...document.forms].some(isUnsaved)) event.preventDefault();
});

document.addEventListener('submit', (event) => { asOpened.delete(event.target); });

// A field with data-bytes says how long it is, and when it is too long: WeChat
// counts bytes, of which a Chinese character takes three.
const bytesOf = (text) => new TextEncoder().encode(text.trim()).length;

function measure(field) {
  const [bytes, most] = [bytesOf(field.value), Number(field.dataset.bytes)];
  const isLong = bytes > most;
  const shown = document.querySelector('[data-measures="' + field.id + '"]');
  if (shown) {
    shown.textContent = bytes + '/' + most;
    shown.classList.toggle('field-error', isLong);
  }
  if (isLong && !field.validationMessage) say(field.dataset.long);
  field.setCustomValidity(isLong ? field.dataset.long : '');
}

document.addEventListener('input', (event) => {
  if (event.target.dataset.bytes) measure(event.target);
});

// A part marked data-refresh asks for itself again until it has news; for half
// an hour, because it keeps the login alive.
function watch(part, left = 1800) {
  if (!part.dataset.refresh || left <= 0) return;
  const pause = Number(part.dataset.every || 2);
  setTimeout(async () => {
    if (!part.isConnected) return;
    let next = null;
    if (!document.hidden) {
      try {
        const answer = await fetch(part.dataset.refresh);
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        next = page.getElementById(part.id);
      } catch { /* It is asked again. */ }
    }
    if (!next || next.isEqualNode(part)) { watch(part, left - pause); return; }
    part.replaceWith(next);
    say(next.dataset.news);
    watch(next, left - pause);
  }, pause * 1000);
}

// Lines of a text become chips: Enter adds one, a tap removes it.
function makeChips(area) {
  const list = document.createElement('ul');
  const input = document.createElement('input');
  list.className = 'chips';
  input.type = 'text';
  input.id = area.id + '-new';
  input.placeholder = area.dataset.chips;
  input.setAttribute('aria-label', area.dataset.chips);
  if (area.hasAttribute('aria-describedby')) {
    input.setAttribute('aria-describedby', area.getAttribute('aria-describedby'));
  }
  const words = () => area.value.split('\n').map((word) => word.trim()).filter(Boolean);
  const write = (next) => {
    area.value = [...new Set(next)].join('\n');
    area.dispatchEvent(new Event('input', { bubbles: true }));
    draw();
  };
  // All chips are one stop of the Tab key: arrows lead from one to the next,
  // Delete takes the one away that is reached.
  let current = 0;
  const chips = () => [...list.querySelectorAll('button')];
  const reach = (at) => {
    current = Math.max(0, Math.min(at, chips().length - 1));
    chips().forEach((chip, index) => { chip.tabIndex = index === current ? 0 : -1; });
    return chips()[current] || input;
  };
  const remove = (at) => {
    write(words().filter((_, index) => index !== at));
    reach(at).focus();
  };
  const draw = () => {
    list.replaceChildren(...words().map((word, at) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = word + ' ×';
      button.setAttribute('aria-label', area.dataset.remove + ' ' + word);
      button.addEventListener('click', () => remove(at));
      item.append(button);
      return item;
    }));
    reach(current);
  };
  const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
  list.addEventListener('keydown', (event) => {
    const at = chips().indexOf(event.target);
    const takes = event.key === 'Delete' || event.key === 'Backspace';
    if (!takes && !(event.key in steps)) return;
    event.preventDefault();
    if (takes) remove(at);
    else reach(at + steps[event.key]).focus();
  });
  const add = () => {
    if (!input.value.trim()) return;
    write([...words(), input.value.trim()]);
    input.value = '';
  };
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.isComposing) { event.preventDefault(); add(); }
    if (event.key === 'Backspace' && !input.value) write(words().slice(0, -1));
  });
  input.addEventListener('blur', add);
  area.hidden = true;
  area.before(list, input);
  const label = document.querySelector('label[for="' + area.id + '"]');
  if (label) label.htmlFor = input.id;
  draw();
}

// What a form would become is asked for while it is typed, and its place on the
// page taken by the same place of the answer.
let typing = 0;
async function preview(form) {
  const asked = ++typing;
  await new Promise((resolve) => { setTimeout(resolve, 500); });
  if (asked !== typing) return;
  const data = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.preview, { method: 'POST', body: data });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [shown, next] = [document, page].map((side) => side.getElementById('preview'));
  if (asked !== typing || !shown || !next) return;
  if (shown.dataset.spoken !== next.dataset.spoken) say(next.dataset.spoken);
  shown.replaceWith(next);
}

document.addEventListener('input', (event) => {
  const form = event.target.form;
  if (!form || !form.dataset.preview) return;
  document.querySelectorAll('[data-stale]').forEach((remark) => { remark.hidden = false; });
  // Offline, the button says itself what is wrong.
  preview(form).catch(() => {});
});

// Fields that the chosen kind has no use for are put away.
function showKinds(select) {
  const form = select.form;
  form.querySelectorAll('[data-kinds]').forEach((part) => {
    part.hidden = !part.dataset.kinds.split(' ').includes(select.value);
  });
  form.querySelectorAll('details[data-kinds-of]').forEach((part) => {
    part.hidden = !part.querySelector('[data-kinds]:not([hidden])');
    part.open = !part.hidden;
  });
}

document.addEventListener('change', (event) => {
  if (event.target.dataset.kindsFor) showKinds(event.target);
});

// Keys: / g n ? alone, where nobody is typing; Ctrl+Enter and Ctrl+J anywhere.
let afterG = 0;
const isTyping = (element) => element.matches('input, textarea, select, [contenteditable]');

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
}

function press(event) {
  const key = event.key;
  if (Date.now() - afterG < 1500) {
    afterG = 0;
    return /^[a-z]$/.test(key) && follow('.side [data-key="' + key + '"]');
  }
  if (key === 'g') { afterG = Date.now(); return true; }
  if (key === 'n') return follow('[data-new]');
  if (key === '?') { location.href = '/console/keys'; return true; }
  if (key === '/') {
    const field = document.querySelector('input[type="search"]');
    if (field) field.focus();
    return Boolean(field);
  }
  return false;
}

document.addEventListener('keydown', (event) => {
  if (event.altKey || event.metaKey || event.isComposing) return;
  if (event.ctrlKey) {
    const form = event.target.closest('form');
    if (event.key === 'Enter' && form) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === 'j' && document.querySelector('.side')) {
      event.preventDefault();
      location.href = '/console/try';
    }
    return;
  }
  if (document.body.dataset.keys !== 'on' || isTyping(event.target)) return;
  if (press(event)) event.preventDefault();
});

function prepare(root) {
  root.querySelectorAll('[data-copies], [data-line]').forEach((button) => { button.hidden = false; });
  root.querySelectorAll('textarea[data-chips]').forEach(makeChips);
  root.querySelectorAll('[data-bytes]').forEach(measure);
  root.querySelectorAll('form[data-preview] select[name="kind"]').forEach((select) => {
    select.dataset.kindsFor = 'true';
    showKinds(select);
  });
  if (!document.body.classList.contains('alone')) {
    const edits = 'form[method="post"]:not([data-live], [data-keeps])';
    root.querySelectorAll(edits).forEach((form) => asOpened.set(form, typedInto(form)));
  }
  root.querySelectorAll('.phone-screen').forEach((screen) => { screen.scrollTop = screen.scrollHeight; });
  root.querySelectorAll('[data-refresh]').forEach((part) => watch(part));
  const field = root.querySelector('[data-resend]');
  // On a phone the keyboard would hide the page.
  const isWide = window.matchMedia('(min-width: 48rem)').matches;
  if (field && (root !== document || isWide)) field.focus({ preventScroll: true });
}

prepare(document);
